"""Connections that mean no good: they end with an answer or are closed, and everyone else is served meanwhile."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.receiver import body as http_body
from phoenix_dev.receiver import connections

from . import payloads
from .raw import connect, exchange, receive_all
from .recording import PROTOBUF, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from .conftest import Receiver

EXPORT = payloads.traces().SerializeToString()
POST = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n"
WHOLE = POST + b"content-length: %d\r\n\r\n" % len(EXPORT) + EXPORT
LAST = POST + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(EXPORT) + EXPORT


@pytest.fixture(autouse=True)
def _still_serves(http: httpx.Client) -> Iterator[None]:
    yield
    assert http.post("/v1/traces", content=EXPORT, headers=PROTOBUF).status_code == 200


def test_pipelined_exports_are_answered_in_order(receiver: Receiver) -> None:
    answers = exchange(receiver.http_port, WHOLE * 20 + LAST)
    assert answers.count(b"HTTP/1.1 200 OK") == 21
    assert len(receiver.inbox.exports) == 21


def test_http_1_0_is_answered_and_closed(receiver: Receiver) -> None:
    assert b" 200 OK" in exchange(receiver.http_port, WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0"))


def test_100_continue_is_said_before_the_body(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock:
        sock.sendall(POST + b"expect: 100-continue\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(EXPORT))
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(EXPORT)
        assert receive_all(sock).startswith(b"HTTP/1.1 200 OK")


def test_one_byte_at_a_time_is_slow_but_fine(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in LAST:
            sock.sendall(bytes([byte]))
        assert receive_all(sock).startswith(b"HTTP/1.1 200 OK")


CHUNKED = POST + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", id="a chunk size that is no number"),
        pytest.param(CHUNKED + b"3\r\nhello\r\n0\r\n\r\n", id="a chunk longer than it says"),
        pytest.param(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", id="a negative chunk size"),
        pytest.param(CHUNKED + b"f" * 17 + b"\r\nhello", id="a chunk size beyond 64 bits"),
        pytest.param(POST + b"content-length: -1\r\n\r\n", id="a negative length"),
        pytest.param(POST + b"content-length: 1e3\r\n\r\n", id="a length that is no number"),
        pytest.param(POST + b"content-length: 1\r\ncontent-length: 2\r\n\r\nxx", id="two lengths"),
        pytest.param(POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", id="smuggling"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="a TLS hello"),
        pytest.param(b"POST /v1/\xff\xfe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", id="a path of raw bytes"),
        pytest.param(b"POST http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", id="a URL that is none"),
        pytest.param(b"\x00" * 1000 + b"\r\n\r\n", id="zeros"),
    ],
)
def test_broken_http_is_a_400_and_the_connection_is_closed(receiver: Receiver, request_: bytes) -> None:
    answer = exchange(receiver.http_port, request_)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert receiver.inbox.exports == []


def test_bodies_cut_short_are_not_stored(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock:
        sock.sendall(WHOLE[:-1])
        sock.shutdown(socket.SHUT_WR)
        assert receive_all(sock) == b""
    assert receiver.inbox.exports == []


def test_an_endless_head_is_refused(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock:
        with contextlib.suppress(ConnectionError):
            sock.sendall(POST)
            for _ in range(2000):
                sock.sendall(b"x-filler: " + b"a" * 1000 + b"\r\n")
        assert receive_all(sock)[:12] in (b"HTTP/1.1 431", b"")


def test_an_endless_header_of_one_line_is_refused(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock, pytest.raises(ConnectionError):  # noqa: PT012
        sock.sendall(POST + b"x-filler: ")
        for _ in range(100_000):
            sock.sendall(b"a" * 10_000)


def test_an_endless_trailer_is_refused(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock, pytest.raises(ConnectionError):  # noqa: PT012
        sock.sendall(CHUNKED + b"5\r\nhello\r\n0\r\nx-trailer: ")
        for _ in range(100_000):
            sock.sendall(b"a" * 10_000)


def test_a_head_that_does_not_come_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    assert exchange(receiver.http_port, b"").startswith(b"HTTP/1.1 408 ")
    assert exchange(receiver.http_port, POST).startswith(b"HTTP/1.1 408 ")
    assert exchange(receiver.http_port, WHOLE + POST).count(b"HTTP/1.1 408 ") == 1


def test_a_body_that_does_not_come_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_body, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(http_body, "LINGER_SECONDS", 0.05)
    answer = exchange(receiver.http_port, WHOLE[:-1])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"did not arrive within" in answer


def test_a_refused_body_that_still_comes_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_body, "LINGER_SECONDS", 0.05)
    answer = exchange(receiver.http_port, POST.replace(b"x-protobuf", b"csv") + b"content-length: 9999\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 415 ")


def test_connections_beyond_the_limit_are_told_so_and_those_before_it_live_on(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(connect(receiver.http_port))
        first.sendall(WHOLE)
        assert first.recv(1000).startswith(b"HTTP/1.1 200")
        monkeypatch.setattr(connections, "MOST_CONNECTIONS", 20)
        opened = [stack.enter_context(connect(receiver.http_port)) for _ in range(40)]
        assert receive_all(opened[-1]).startswith(b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n")
        first.sendall(LAST)
        assert receive_all(first).startswith(b"HTTP/1.1 200")
    eventually(lambda: _answers(receiver.http_port))


def _answers(port: int) -> bool:
    return exchange(port, LAST).startswith(b"HTTP/1.1 200")


def test_many_slow_bodies_cannot_use_up_the_budget_of_the_others(receiver: Receiver, http: httpx.Client) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            sock = stack.enter_context(connect(receiver.http_port))
            sock.sendall(POST + b"content-length: 16000000\r\n\r\n" + b"x" * 1000)
        assert http.post("/v1/traces", content=EXPORT, headers=PROTOBUF).status_code == 200
