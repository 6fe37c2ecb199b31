"""Who came to the wrong door is told what to change, in a protocol that they understand."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.receiver import grpc_front
from phoenix_dev.receiver.doors import Doors, advice_on_path, spoken
from phoenix_dev.receiver.signals import SIGNALS

from .raw import connect, exchange, receive_all
from .recording import eventually

if TYPE_CHECKING:
    from .conftest import Receiver

KNOWN = tuple(signal.path for signal in SIGNALS)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (b"", None),
        (b"P", None),
        (b"PRI", None),
        (b"\x16", None),
        (b"PRI *", "http/2"),
        (b"POST", "http/1"),
        (b"PUT ", "http/1"),
        (b"GET / HTTP/1.0", "http/1"),
        (b"\x16\x03\x01\x02", "tls"),
        (b"\x16\x04", "unknown"),
        (b"\x00\x00\x00\x05", "unknown"),
        (b"P\xff\xff\xff", "unknown"),
    ],
)
def test_the_first_bytes_tell_a_protocol_as_soon_as_they_can(first: bytes, said: str | None) -> None:
    assert spoken(first) == said


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/v1/trace", "this was meant for /v1/traces"),
        ("/v1/traces/", "this was meant for /v1/traces"),
        ("/v1/traces/v1/traces", "OTEL_EXPORTER_OTLP_ENDPOINT has a path of its own, /v1/traces: leave it out"),
        ("/otlp/v1/logs", "OTEL_EXPORTER_OTLP_ENDPOINT has a path of its own, /otlp: leave it out"),
        ("/api/v2/spans", "that is Zipkin's: set OTEL_TRACES_EXPORTER=otlp"),
        ("/api/traces", "that is Jaeger's: set OTEL_TRACES_EXPORTER=otlp"),
        ("/api/v1/write", "that is Prometheus' remote write: set OTEL_METRICS_EXPORTER=otlp"),
        ("/loki/api/v1/push", "that is Loki's: set OTEL_LOGS_EXPORTER=otlp"),
        ("/v0.4/traces", "that is Datadog's: set OTEL_TRACES_EXPORTER=otlp"),
        ("/favicon.ico", ""),
    ],
)
def test_a_wrong_path_tells_what_was_meant(path: str, advice: str) -> None:
    assert advice_on_path(path, KNOWN) == advice


def test_without_known_ports_the_protocol_is_named_alone() -> None:
    assert Doors().wrong("grpc", "http/1") == (
        "HTTP was sent to the OTLP/gRPC port: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
    )


def test_what_comes_in_single_bytes_is_understood_too(receiver: Receiver) -> None:
    with connect(receiver.grpc_port) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"GET / HTTP/1.1\r\n":
            with contextlib.suppress(ConnectionError):
                sock.sendall(bytes([byte]))
        assert receive_all(sock).startswith(b"HTTP/1.1 400 ")
    assert len(receiver.refused()) == 1


def test_whoever_connects_and_says_nothing_gives_way(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpc_front, "FIRST_BYTES_S", 0.05)
    assert exchange(receiver.grpc_port, b"") == b""
    assert receiver.refused() == [], "it asked for nothing"


def test_a_large_body_to_the_wrong_port_still_gets_its_answer(receiver: Receiver) -> None:
    with connect(receiver.grpc_port) as sock:
        sock.sendall(b"POST /v1/traces HTTP/1.1\r\ncontent-length: 100000\r\n\r\n" + bytes(100_000))
        assert b"HTTP was sent to the OTLP/gRPC port" in receive_all(sock)
    eventually(receiver.refused)
