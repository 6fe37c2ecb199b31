from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.ports import WantedPort, bind_first_free
from phoenix_dev.settings import load

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def taken(*ports: int, why: int = errno.EADDRINUSE) -> Callable[[int], Awaitable[int]]:
    """Binds any port but these."""

    async def bind(port: int) -> int:
        if port in ports:
            raise OSError(why, "no")
        return port

    return bind


def bound(wanted: WantedPort, bind: Callable[[int], Awaitable[int]]) -> int:
    return asyncio.run(bind_first_free(wanted, bind))


def test_the_usual_port_is_taken_if_it_is_free() -> None:
    usual = WantedPort("OTLP/HTTP", "--otlp-http-port", 4318)
    assert bound(usual, taken()) == 4318
    assert usual.moved_to(4318) == ""


def test_a_taken_port_moves_to_the_next_free_one_and_that_is_told() -> None:
    usual = WantedPort("OTLP/HTTP", "--otlp-http-port", 4318)
    assert bound(usual, taken(4318, 4319)) == 4320
    assert usual.moved_to(4320) == "port 4318 is taken: OTLP/HTTP listens on 4320"


def test_after_a_kill_the_port_of_before_comes_first() -> None:
    usual = WantedPort("OTLP/gRPC", "--otlp-grpc-port", 4317, before=4390)
    assert bound(usual, taken()) == 4390
    assert usual.moved_to(4390) == "OTLP/gRPC stays on 4390, where it was"
    assert bound(usual, taken(4390)) == 4317


def test_a_wanted_port_is_what_its_setting_and_its_flag_say() -> None:
    plain, named = load({}), load({"ports.otlp_http": "5000"})
    assert WantedPort.of(plain, "otlp_grpc", "OTLP/gRPC").flag == "--otlp-grpc-port"
    assert WantedPort.of(plain, "loki", "Loki", 3105).way_out(7) == "PHOENIX_DEV_PORTS_LOKI=7 phoenix-dev up"
    assert WantedPort.of(named, "otlp_http", "OTLP/HTTP") == WantedPort(
        "OTLP/HTTP", "--otlp-http-port", 5000, named=True, setting="otlp_http"
    )


def test_a_named_port_never_moves() -> None:
    named = WantedPort("OTLP/HTTP", "--otlp-http-port", 5000, named=True, before=4318)
    assert bound(named, taken()) == 5000
    with pytest.raises(NotReady, match="port 5000, named for OTLP/HTTP, is taken by another process") as caught:
        bound(named, taken(5000))
    assert caught.value.hint.startswith("phoenix-dev up --otlp-http-port ")


def test_the_hint_names_a_port_that_is_free() -> None:
    named = WantedPort("OTLP/HTTP", "--otlp-http-port", 5000, named=True)
    port = int(named.refused(OSError(errno.EADDRINUSE, "")).hint.split()[-1])
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_port_that_is_forbidden_is_told_as_such() -> None:
    named = WantedPort("OTLP/HTTP", "--otlp-http-port", 80, named=True)
    with pytest.raises(NotReady, match="is reserved for root"):
        bound(named, taken(80, why=errno.EACCES))


def test_the_search_ends() -> None:
    usual = WantedPort("OTLP/HTTP", "--otlp-http-port", 65500)
    with pytest.raises(NotReady, match="no port from 65500 to 65599 is free for OTLP/HTTP"):
        bound(usual, taken(*range(65500, 65700)))
