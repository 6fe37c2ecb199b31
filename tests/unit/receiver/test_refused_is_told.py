"""Whatever limit an export or a connection meets, what was refused is remembered with its reason."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from phoenix_dev.receiver import body as http_body
from phoenix_dev.receiver import connections
from phoenix_dev.receiver import grpc as otlp_grpc
from phoenix_dev.receiver.doors import Doors
from phoenix_dev.receiver.grpc_front import GrpcFront
from phoenix_dev.receiver.limits import MOST_BYTES
from phoenix_dev.receiver.refusals import Refusals
from phoenix_dev.receiver.sockets import bind_loopback
from tests.ports import free_port

from .junk import JUNK
from .raw import connect, exchange, receive_all
from .recording import PROTOBUF, byte_method, eventually
from .test_http_limits import GZIPPED, bomb, padded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from .conftest import Receiver

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
POST = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n"
ABOVE = "the message is 16777217 bytes, above the limit of 16777216"


def stream_method(channel: Any) -> Any:
    """A gRPC method that sends as many messages as it is told to, or none."""
    return channel.stream_unary(EXPORT)


def told(receiver: Receiver, protocol: str, reason: str) -> None:
    """There is one refusal, with this reason, from this machine."""
    eventually(receiver.refused)
    assert [(each.protocol, each.reason, each.peer) for each in receiver.refused()] == [(protocol, reason, "127.0.0.1")]


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (padded(MOST_BYTES + 1), PROTOBUF, "the body is 16777217 bytes, above the limit of 16777216"),
        (bomb(20), GZIPPED, "the body is above 16777216 bytes once decompressed"),
        (JUNK["traces: spans"], PROTOBUF, "bytes of the export are so many small parts"),
    ],
    ids=["on the wire", "decompressed", "decoded"],
)
def test_a_body_that_is_too_large(
    http: httpx.Client, receiver: Receiver, body: bytes, headers: dict[str, str], reason: str
) -> None:
    assert http.post("/v1/traces", content=body, headers=headers).status_code == 413
    (refusal,) = receiver.refused()
    assert (refusal.protocol, refusal.signal, refusal.peer) == ("http", "traces", "127.0.0.1")
    assert reason in refusal.reason


def test_a_body_that_does_not_come(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_body, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(http_body, "LINGER_SECONDS", 0.05)
    assert exchange(receiver.http_port, POST + b"content-length: 9\r\n\r\n").startswith(b"HTTP/1.1 408 ")
    told(receiver, "http", "the body did not arrive within 0.05 seconds")


def test_a_head_that_does_not_end(receiver: Receiver) -> None:
    with connect(receiver.http_port) as sock:
        with contextlib.suppress(ConnectionError):
            sock.sendall(POST + b"x-filler: " + b"a" * 100_000)
        receive_all(sock)
    told(receiver, "http", "the head of the request is above 65536 bytes")


def test_a_head_that_does_not_come(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    assert exchange(receiver.http_port, POST).startswith(b"HTTP/1.1 408 ")
    told(receiver, "http", "the head of the request did not arrive within 0.05 seconds")


def test_a_connection_that_nobody_uses_is_closed_and_no_refusal(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    assert exchange(receiver.http_port, b"").startswith(b"HTTP/1.1 408 ")
    assert receiver.refused() == []


def test_a_connection_too_many(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 0)
    assert exchange(receiver.http_port, b"").startswith(b"HTTP/1.1 503 ")
    told(receiver, "http", "0 connections are open, more are not taken")


def test_what_is_not_http(receiver: Receiver) -> None:
    assert exchange(receiver.http_port, b"\x00\x03\x01\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    told(receiver, "http", "this is not HTTP/1.1, or broken")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (padded(MOST_BYTES + 1), ABOVE),
        (padded(2 * MOST_BYTES), "no whole message came: it was above 17825792 bytes, or the sender gave up"),
        (JUNK["traces: spans"], "bytes of the export are so many small parts"),
    ],
    ids=["just above", "far above", "decoded"],
)
def test_a_message_that_is_too_large(channel: grpc.Channel, receiver: Receiver, body: bytes, reason: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        byte_method(channel, EXPORT)(body, timeout=10)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    eventually(receiver.refused)
    (refusal,) = receiver.refused()
    assert (refusal.protocol, refusal.signal, refusal.peer) == ("grpc", "traces", "127.0.0.1")
    assert reason in refusal.reason


def test_a_gzip_bomb_over_grpc(channel: grpc.Channel, receiver: Receiver) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        byte_method(channel, EXPORT)(bytes(2 * MOST_BYTES), timeout=10, compression=grpc.Compression.Gzip)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    told(receiver, "grpc", "the body is above 16777216 bytes once decompressed")


def test_broken_gzip_over_grpc(channel: grpc.Channel, receiver: Receiver) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        byte_method(channel, EXPORT)(gzip.compress(b"hello")[:-1], timeout=10)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    told(receiver, "grpc", "the gzip body ends before its end mark: it was cut short")


def test_a_message_that_does_not_come(
    channel: grpc.Channel, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otlp_grpc, "BODY_SECONDS", 0.05)

    def nothing() -> Iterator[bytes]:
        eventually(receiver.refused)
        yield from ()

    with pytest.raises(grpc.RpcError) as caught:
        stream_method(channel)(nothing(), timeout=10)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    told(receiver, "grpc", "the message did not arrive within 0.05 seconds")


def test_a_call_without_a_message(channel: grpc.Channel, receiver: Receiver) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stream_method(channel)(iter(()), timeout=10)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(receiver.refused()) == 1


def test_a_method_that_there_is_not(channel: grpc.Channel, receiver: Receiver) -> None:
    with pytest.raises(grpc.RpcError):
        byte_method(channel, "/jaeger.api_v2.CollectorService/PostSpans")(b"", timeout=10)
    (refusal,) = receiver.refused()
    assert refusal.reason.startswith("/jaeger.api_v2.CollectorService/PostSpans takes no telemetry")


def test_a_connection_that_cannot_be_passed_on_to_the_grpc_server() -> None:
    refusals = Refusals()

    async def scenario() -> bytes:
        front = GrpcFront(refusals, Doors(), 8)
        sockets = bind_loopback(0)
        port = sockets[0].getsockname()[1]
        await front.listen(sockets, free_port())
        answer = await asyncio.to_thread(exchange, port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        front.stop_listening()
        await front.close()
        return answer

    assert asyncio.run(scenario()) == b""
    (refusal,) = refusals.snapshot()
    why = "the connection could not be passed on to the gRPC server: "
    assert (refusal.protocol, refusal.reason, refusal.peer) == ("grpc", f"{why}Connection refused", "127.0.0.1")
