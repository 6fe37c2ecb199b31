"""One kept-alive connection that sends finished exports: as little work as a sender can have."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from benchmarks.workload import Body

_PATIENCE_S = 60.0
_SERVICES = {
    "/v1/traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "/v1/logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}
#: A partial success has a body; a full one has none (OTLP specification, "Full Success"), or an empty partial one, as
#: servers written in Go say it.
_FULL_SUCCESS = (b"", b"\x0a\x00")


class Refused(Exception):
    """An export was not acknowledged; a run in which that happens measures nothing."""


class Connection(Protocol):
    """Sends an export and returns once it is acknowledged. Raises Refused."""

    def send(self, body: Body) -> None:
        """Send one export."""

    def close(self) -> None:
        """End the connection."""


class HttpConnection:
    """OTLP/HTTP over a plain socket. `prefix` is what stands before the usual paths."""

    def __init__(self, port: int, *, gzip: bool = False, prefix: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), _PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        coding = "Content-Encoding: gzip\r\n" if gzip else ""
        self._head = (
            f"POST {prefix}%s HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-protobuf\r\n{coding}"
            "Content-Length: %d\r\n\r\n"
        )

    def send(self, body: Body) -> None:
        """See Connection."""
        self.begin(body)
        self.finish()

    def begin(self, body: Body) -> None:
        """Send an export without waiting for its answer."""
        self._socket.sendall((self._head % (body.path, len(body.content))).encode() + body.content)

    def finish(self) -> None:
        """Wait for the answer."""
        head, rest = self._read_head()
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            rest += self._receive()
        if head.split(b" ", 2)[1] not in (b"200", b"204") or rest not in _FULL_SUCCESS:
            raise Refused(f"{head.decode().splitlines()[0]}: {rest[:200]!r}")

    def close(self) -> None:
        """See Connection."""
        self._socket.close()

    def _read_head(self) -> tuple[bytes, bytes]:
        received = self._receive()
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, rest = received.partition(b"\r\n\r\n")
        return head, rest

    def _receive(self) -> bytes:
        received = self._socket.recv(65536)
        if not received:
            raise Refused("the connection was closed")
        return received


class GrpcConnection:
    """OTLP/gRPC over a channel of its own."""

    def __init__(self, port: int) -> None:
        import grpc

        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        grpc.channel_ready_future(self._channel).result(_PATIENCE_S)
        self._calls = {path: self._channel.unary_unary(method, None, None) for path, method in _SERVICES.items()}

    def send(self, body: Body) -> None:
        """See Connection."""
        import grpc

        try:
            answer = self._calls[body.path](body.content, timeout=_PATIENCE_S)
        except grpc.RpcError as error:
            raise Refused(str(error)) from error
        if answer:
            raise Refused(f"{answer[:200]!r}")

    def close(self) -> None:
        """See Connection."""
        self._channel.close()
