"""Which ports an engine gets: the usual ones, those that were named, and what is told when somebody has them."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.receiver.sockets import bind_loopback
from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
from phoenix_dev.runtime.record import EngineRecord
from phoenix_dev.settings import Settings
from phoenix_dev.telemetry.reader import open_stores
from tests.ports import free_port
from tests.unit.runtime.embedded.started import PATIENCE_S, TRACE, make, ports, process_of
from tests.unit.runtime.exports import one_span, send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.runtime.conftest import Named


@pytest.fixture
def somebodys_port() -> Iterator[int]:
    """A port on loopback that another process listens on."""
    sockets = bind_loopback(0)
    yield sockets[0].getsockname()[1]
    for sock in sockets:
        sock.close()


def test_an_engine_that_had_moved_is_found_where_it_was_after_a_kill(
    runtime: EmbeddedRuntime, somebodys_port: int
) -> None:
    moved = free_port()
    EngineRecord(1, "nobody", "0", 0, "phoenix", "development", moved, somebodys_port).write(make(runtime))
    http, grpc = ports(runtime.start(PATIENCE_S))
    assert http == moved
    assert grpc == runtime.settings.ports.otlp_grpc


def test_a_taken_port_moves_and_that_is_told(runtime: EmbeddedRuntime, somebodys_port: int) -> None:
    usual = replace(runtime.settings.ports, otlp_http=somebodys_port)
    taken = EmbeddedRuntime(runtime.home, Settings(ports=usual))
    started = taken.start(PATIENCE_S)
    assert any(f"port {somebodys_port} is taken: OTLP/HTTP listens on " in note for note in started.notes)
    http, _ = ports(started)
    assert http > somebodys_port
    assert taken.endpoints().otlp_http == f"http://127.0.0.1:{http}"
    assert send(taken.endpoints().otlp_http, one_span(TRACE)) == 200


@pytest.mark.parametrize("name", ["otlp_http", "otlp_grpc"])
def test_a_named_port_that_is_taken_is_refused(with_ports: Named, somebodys_port: int, name: str) -> None:
    stack = with_ports(**{name: somebodys_port})
    with pytest.raises(NotReady, match=f"port {somebodys_port}, named for OTLP/.*, is taken") as caught:
        stack.start(PATIENCE_S)
    assert "phoenix-dev up --otlp-" in caught.value.hint
    assert stack.status().state == "stopped"


def test_a_port_taken_on_the_ipv6_address_alone_is_taken(with_ports: Named) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other, pytest.raises(NotReady, match="is taken"):
        with_ports(otlp_http=other.getsockname()[1]).start(PATIENCE_S)


def test_naming_another_port_starts_the_engine_anew_and_keeps_its_data(
    runtime: EmbeddedRuntime, with_ports: Named
) -> None:
    send(runtime.start(PATIENCE_S).status.endpoints.otlp_http, one_span(TRACE))
    port = free_port()
    started = with_ports(otlp_http=port).start(PATIENCE_S)
    assert ports(started)[0] == port
    assert "started anew: OTLP/HTTP moves to the port you named" in started.notes[0]
    assert open_stores(runtime.home / "telemetry.db").traces.spans([TRACE])
    again = process_of(runtime)
    assert with_ports(otlp_http=port).start(PATIENCE_S).notes == ()
    assert process_of(runtime) == again


def test_a_port_that_is_not_named_stays_where_it_is_when_the_engine_is_started_anew(with_ports: Named) -> None:
    first = with_ports(otlp_http=free_port(), otlp_grpc=free_port()).start(PATIENCE_S).status.endpoints
    http = free_port()
    moved = with_ports(otlp_http=http).start(PATIENCE_S)
    assert moved.status.endpoints.otlp_http == f"http://127.0.0.1:{http}"
    assert moved.status.endpoints.otlp_grpc == first.otlp_grpc, "what sends to it finds it"
    assert any("OTLP/HTTP moves" in note for note in moved.notes)


def test_naming_a_taken_port_leaves_alone_what_runs(
    runtime: EmbeddedRuntime, with_ports: Named, somebodys_port: int
) -> None:
    runtime.start(PATIENCE_S)
    before = process_of(runtime)
    with pytest.raises(NotReady, match=f"port {somebodys_port}"):
        with_ports(otlp_grpc=somebodys_port).start(PATIENCE_S)
    assert process_of(runtime) == before
    assert runtime.status().state == "running"
