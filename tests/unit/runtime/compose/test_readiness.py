"""A part is ready when it does its work: that something accepts on its port is not enough."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.compose.parts import COLLECTOR, GRAFANA, JAEGER, LOKI, PARTS, PROMETHEUS, Part
from phoenix_dev.runtime.compose.readiness import why_not_ready

if TYPE_CHECKING:
    from collections.abc import Iterator

HTTP2_SETTINGS = bytes(3) + b"\x04" + bytes(5)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
STARTING = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 8\r\n\r\nnot yet!"


@contextmanager
def saying(answer: bytes) -> Iterator[int]:
    """A port of someone who answers everyone with the same, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                while True:
                    asking, _ = listening.accept()
                    with asking:
                        asking.recv(65536)
                        asking.sendall(answer)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def why(part: Part, **answers: bytes) -> str:
    with ExitStack() as stack:
        ports = {name: stack.enter_context(saying(answer)) for name, answer in answers.items()}
        return why_not_ready(part, ports, 2.0)


def test_the_collector_takes_an_export_and_speaks_http2() -> None:
    assert why(COLLECTOR, otlp_http=OK, otlp_grpc=HTTP2_SETTINGS) == ""
    assert "status 503" in why(COLLECTOR, otlp_http=STARTING, otlp_grpc=HTTP2_SETTINGS)
    assert why(COLLECTOR, otlp_http=OK, otlp_grpc=b"") == "does not speak HTTP/2 on its port for gRPC"
    assert why(COLLECTOR, otlp_http=OK, otlp_grpc=OK) == "does not speak HTTP/2 on its port for gRPC"


def test_jaeger_answers_in_both_its_stores() -> None:
    assert why(JAEGER, jaeger=OK, jaeger_errors=OK) == ""
    assert why(JAEGER, jaeger=OK, jaeger_errors=STARTING) == "answers /errors/api/services with the status 503"


def test_loki_and_prometheus_answer_that_they_are_ready() -> None:
    assert why(LOKI, loki=OK) == ""
    assert why(LOKI, loki=STARTING) == "answers /ready with the status 503"
    assert why(PROMETHEUS, prometheus=STARTING) == "answers /-/ready with the status 503"


def test_grafana_has_its_database() -> None:
    fine = b'{"database": "ok"}'
    broken = b'{"database": "failing"}'
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    assert why(GRAFANA, grafana=head % len(fine) + fine) == ""
    assert why(GRAFANA, grafana=head % len(broken) + broken) != ""


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_port_that_only_accepts_is_not_ready(part: Part) -> None:
    names = {port.name: b"" for one in PARTS if one is part for port in one.ports}
    assert why(part, **names) != ""


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_port_where_nobody_listens_is_not_ready(part: Part) -> None:
    ports = dict.fromkeys(
        (
            "otlp_http",
            "otlp_grpc",
            "jaeger",
            "jaeger_errors",
            "loki",
            "prometheus",
            "alertmanager",
            "inbox",
            "grafana",
            "infrastructure",
        ),
        1,
    )
    assert why_not_ready(part, ports, 1.0).startswith("does not answer (")
