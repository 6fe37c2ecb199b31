"""The engine's page: there from the start, a process only while somebody looks, and gone with the engine."""

from __future__ import annotations

import os
import signal
import socket
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import psutil
import pytest

from phoenix_dev.processes.identity import identity
from tests.unit.runtime.exports import one_span, send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
    from phoenix_dev.runtime.record import EngineRecord

PATIENCE_S = 30.0
TRACE = "0af7651916cd43dd8448eb211c80319c"


def asked(engine: EngineRecord, path: str = "/", address: str = "127.0.0.1") -> tuple[int, str]:
    """What the page answers."""
    connection = HTTPConnection(address, engine.ui_port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def page_of(engine: EngineRecord) -> psutil.Process | None:
    """The process of the page, while there is one."""
    children = psutil.Process(engine.pid).children()
    return next((child for child in children if "phoenix_dev.web" in child.cmdline()), None)


def test_nobody_looks_and_nothing_runs(runtime: EmbeddedRuntime, engine: EngineRecord) -> None:
    assert runtime.status().endpoints.ui == f"http://127.0.0.1:{engine.ui_port}"
    assert page_of(engine) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_looks_is_shown_what_the_engine_keeps(engine: EngineRecord, address: str) -> None:
    send(engine.endpoints.otlp_http, one_span(TRACE))
    status, html = asked(engine, f"/trace/{TRACE}", address)
    assert status == 200
    assert TRACE in html
    page = page_of(engine)
    assert page is not None
    assert "phoenix_dev.web" in page.cmdline()


def test_killed_it_is_there_for_the_next_who_looks(engine: EngineRecord) -> None:
    asked(engine)
    page = page_of(engine)
    assert page is not None
    page.kill()
    assert asked(engine)[0] == 200


def test_it_ends_with_the_engine_also_while_somebody_follows(runtime: EmbeddedRuntime, engine: EngineRecord) -> None:
    following = HTTPConnection("127.0.0.1", engine.ui_port, timeout=10)
    following.request("GET", "/traces/live")
    answer = following.getresponse()
    page = page_of(engine)
    assert page is not None
    began = time.monotonic()
    assert runtime.stop().notes == ()
    assert time.monotonic() - began < 5
    assert not page.is_running()
    answer.close()
    following.close()


def test_it_ends_when_the_engine_is_killed_and_leaves_its_port(runtime: EmbeddedRuntime, engine: EngineRecord) -> None:
    asked(engine)
    page = page_of(engine)
    assert page is not None
    os.kill(engine.pid, signal.SIGKILL)
    wait_until(lambda: not identity(page.pid))
    assert runtime.start(PATIENCE_S).notes == ()
    record = runtime.engine.record()
    assert record is not None
    assert record.ui_port == engine.ui_port
    assert asked(record)[0] == 200


def test_what_keeps_the_page_busy_does_not_keep_the_engine(engine: EngineRecord) -> None:
    """Its process is stopped outright; telemetry is taken as ever."""
    asked(engine)
    page = page_of(engine)
    assert page is not None
    page.suspend()
    assert send(engine.endpoints.otlp_http, one_span(TRACE)) == 200
    page.resume()
    assert asked(engine, f"/trace/{TRACE}")[0] == 200


def test_a_port_that_is_taken_moves_unless_it_was_named(runtime: EmbeddedRuntime) -> None:
    usual = runtime.settings.ports.ui
    with socket.create_server(("127.0.0.1", usual)):
        notes = runtime.start(PATIENCE_S).notes
    assert any(f"port {usual} is taken: the page listens on " in note for note in notes)
