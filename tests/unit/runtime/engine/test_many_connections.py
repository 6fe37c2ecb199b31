"""However many connections are opened to an engine, it serves on and its log stays small."""

from __future__ import annotations

import contextlib
import resource
import socket
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.receiver import connections, grpc
from phoenix_dev.runtime.embedded.engine_log import LOG_FILE, STDERR_FILE
from tests.unit.runtime.exports import one_span, send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
    from phoenix_dev.runtime.record import EngineRecord

PATIENCE_S = 30.0
TRACE = "0af7651916cd43dd8448eb211c80319c"
MANY = 600
#: How a client of HTTP/2 begins, with settings that are the usual ones.
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


@contextlib.contextmanager
def open_files(most: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def engine(runtime: EmbeddedRuntime) -> EngineRecord:
    """A running engine, started where few files may be open."""
    with open_files(256):
        runtime.start(PATIENCE_S)
    record = runtime.engine.record()
    assert record is not None
    return record


def test_idle_connections_to_the_grpc_port_starve_nobody(engine: EngineRecord, folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(("127.0.0.1", engine.grpc_port), timeout=PATIENCE_S))
        for _ in range(20):
            assert send(engine.endpoints.otlp_http, one_span(TRACE)) == 200
    assert "Too many open files" not in (folder / LOG_FILE).read_text() + (folder / STDERR_FILE).read_text()


def test_above_its_limit_grpc_closes_them(engine: EngineRecord) -> None:
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", engine.grpc_port), timeout=PATIENCE_S))
            for _ in range(MANY)
        ]
        for sock in opened:
            with contextlib.suppress(ConnectionError):
                sock.sendall(HELLO)
        greetings = [_received(sock) for sock in opened]
    assert sum(map(bool, greetings)) == grpc.MOST_CONNECTIONS


def _received(sock: socket.socket) -> bytes:
    """What the server says first: nothing when it closes the connection."""
    try:
        return sock.recv(9)
    except ConnectionError:
        return b""


def test_both_limits_together_fit_where_no_more_files_may_be_open_than_usual() -> None:
    files_each = 3  # the sender's connection, and both ends of the one to the server behind
    assert connections.MOST_CONNECTIONS + files_each * grpc.MOST_CONNECTIONS < 1024 - 100
