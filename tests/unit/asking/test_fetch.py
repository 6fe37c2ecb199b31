"""A short question ends in time and in size, whatever answers."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.asking.fetch import Unfetched, fetch
from tests.answering import Says, answering

if TYPE_CHECKING:
    from collections.abc import Iterator


def reason(url: str, timeout_s: float = 1.0, most_bytes: int = 1000) -> str:
    with pytest.raises(Unfetched) as caught:
        fetch(url, timeout_s=timeout_s, most_bytes=most_bytes)
    return str(caught.value)


@contextmanager
def raw(*pieces: bytes, pause_s: float = 0.0) -> Iterator[str]:
    """A server that sends these pieces, again and again if there is a pause, whatever it is asked."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                for piece in pieces:
                    connection.sendall(piece)
                while pause_s and not over.wait(pause_s):
                    try:
                        connection.sendall(pieces[-1])
                    except OSError:
                        return

        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


def test_an_answer_comes_with_status_kind_body_and_time() -> None:
    with answering({"/a": Says(503, b"busy", "text/x")}) as service:
        found = fetch(f"{service.url}/a?b=c", timeout_s=5, most_bytes=4, accept="text/x")
    assert (found.status, found.content_type, found.body) == (503, "text/x", b"busy")
    assert found.duration_ns > 0
    (asked,) = service.asked
    assert (asked.path, asked.headers["accept"]) == ("/a?b=c", "text/x")


def test_nobody_and_nothing_in_time_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert reason(f"http://127.0.0.1:{port}/") == "nothing listens there"
    with answering({"/": Says(hold=True)}) as service:
        assert reason(f"{service.url}/", 0.1) == "did not answer within 0.1 s"


@pytest.mark.parametrize(
    "drip",
    [
        (b"HTTP/1.1 200 OK\r\nx-a: ", b"a"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n", b"a"),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["header", "body", "no length", "chunks"],
)
def test_a_byte_now_and_then_does_not_hold_it_up(drip: tuple[bytes, ...]) -> None:
    began = time.monotonic()
    with raw(*drip, pause_s=0.02) as url:
        assert reason(url, 0.3) == "did not answer within 0.3 s"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n" + bytes(1001), "answered more than 0.000953674 MiB"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort", "ended before its answer did"),
        (b"\x16\x03\x01", "gave no answer: \x16\x03\x01"),
        (b"", "gave no answer: Remote end closed connection without response"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", "gave no answer: got more than 100 headers"),
    ],
)
def test_what_is_no_answer_is_none(answer: bytes, why: str) -> None:
    with raw(answer) as url:
        assert reason(url) == why
