"""OTLP/gRPC (OTLP specification, "OTLP/gRPC"), on the event loop that also serves HTTP.

On grpc.aio rather than the threaded server: idle memory and throughput were the same, and no worker thread stands
waiting for each commit. Requests come in as bytes and are decoded here, since the library's own answer to a bad
message does not name the field; and as they were compressed, since it does not tell what it refused to inflate.

INVALID_ARGUMENT malformed, naming the field · RESOURCE_EXHAUSTED above 16 MiB on the wire or decompressed, or too much
once decoded (weight.py) · DEADLINE_EXCEEDED the message did not arrive in time · UNAVAILABLE with RetryInfo when the
store or the memory for exports is full, or the commit failed · INTERNAL a fault of the engine · UNIMPLEMENTED any
other method.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from grpc import aio

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.receiver import status as rpc
from phoenix_dev.receiver.body import BODY_SECONDS
from phoenix_dev.receiver.commit import broken, committed
from phoenix_dev.receiver.doors import advice_on_method
from phoenix_dev.receiver.grpc_front import GrpcFront
from phoenix_dev.receiver.limits import MOST_BYTES, TooLarge
from phoenix_dev.receiver.signals import SIGNALS
from phoenix_dev.receiver.sockets import bind
from phoenix_dev.telemetry.inbox import Overloaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.receiver.in_flight import Charge
    from phoenix_dev.receiver.intake import Intake
    from phoenix_dev.receiver.refusals import Refusals
    from phoenix_dev.receiver.signals import Signal

    Context = aio.ServicerContext[bytes, bytes]

#: What is above the limit by less is refused here, saying how large it is.
_MOST_RECEIVED = MOST_BYTES + 1024 * 1024
#: How gzip (RFC 1952) and zlib (RFC 1950) begin, and no export does: 0x1f has a wire type that there is not, 0x78 is a
#: number in a field 15.
_COMPRESSED = (b"\x1f", b"\x78")
#: An exporter has one, a process up to three. Each is three open files.
MOST_CONNECTIONS = 128
_OPTIONS = [
    ("grpc.max_receive_message_length", _MOST_RECEIVED),
    # The core would refuse a gzip bomb without a word to anybody but its sender.
    ("grpc.per_message_decompression", 0),
    # Nobody shares the port that is behind the front.
    ("grpc.so_reuseport", 0),
    # The core collects whole messages before anything here can refuse them: so many a connection, the rest wait.
    ("grpc.max_concurrent_streams", 4),
    ("grpc.max_metadata_size", 16 * 1024),
    # Who connects and says nothing, or nothing more, gives way.
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.max_connection_idle_ms", 300_000),
]


class GrpcServer:
    """TraceService, LogsService and MetricsService. Both methods run on the event loop on which the server was
    started.
    """

    def __init__(self, intake: Intake) -> None:
        self._front = GrpcFront(intake.refusals, intake.doors, MOST_CONNECTIONS)
        self._export = _Export(intake, self._front)
        self._stranger = _Stranger(intake.refusals)
        self._server: aio.Server | None = None

    async def start(self, hosts: Sequence[str], port: int) -> int:
        """Listen on a port of every host (0: one free port for all) and return it. IPv6 hosts are left out where the
        machine has no IPv6.

        Raises OSError (EADDRINUSE) when the port is taken on any of them.
        """
        sockets = bind(hosts, port)
        server = aio.server(options=_OPTIONS)
        server.add_generic_rpc_handlers([*map(self._export.handler, SIGNALS), self._stranger])
        behind = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        self._server = server
        await self._front.listen(sockets, behind)
        chosen: int = sockets[0].getsockname()[1]
        return chosen

    async def stop(self, grace: float) -> None:
        """Take no more exports, and give those under way `grace` seconds to be committed and acknowledged."""
        self._front.stop_listening()
        if self._server is not None:
            await self._server.stop(grace)
            self._server = None
        await self._front.close()


class _Export:
    """The one method that each service has."""

    def __init__(self, intake: Intake, front: GrpcFront) -> None:
        self._intake = intake
        self._front = front

    def handler(self, signal: Signal) -> grpc.GenericRpcHandler[bytes, bytes]:
        """The service of a signal, bytes in and bytes out. As one that streams requests, it hears of those too whose
        message never comes.
        """
        method = grpc.stream_unary_rpc_method_handler(self._method(signal))
        return grpc.method_handlers_generic_handler(signal.service, {"Export": method})

    def _method(self, signal: Signal) -> Any:
        async def export(_: object, context: Context) -> bytes:
            peer = self._front.callers.get(_port(context.peer()), "")  # unknown once the call has ended
            with self._intake.budget.charge() as charge:
                try:
                    return await self._take(signal, await self._read(charge, context), charge, peer)
                except Exception as exc:  # noqa: BLE001 - whatever it is, the sender must hear of it
                    kind, code, reason = _why(exc)
                    self._note(signal, reason, peer, service=getattr(exc, "service", ""))
                    await _refuse(context, kind, code, reason, getattr(exc, "retry_after", None))

        return export

    async def _read(self, charge: Charge, context: Context) -> bytes:
        """The message, decompressed."""
        async with asyncio.timeout(BODY_SECONDS):
            body = await context.read()
        if not isinstance(body, bytes):
            raise TooLarge(f"no whole message came: it was above {_MOST_RECEIVED} bytes, or the sender gave up")
        if len(body) > MOST_BYTES:
            raise TooLarge(f"the message is {len(body)} bytes, above the limit of {MOST_BYTES}")
        charge.add(len(body))
        return await self._intake.inflate(body, charge) if body[:1] in _COMPRESSED else body

    async def _take(self, signal: Signal, body: bytes, charge: Charge, peer: str) -> bytes:
        export = await self._intake.decode(signal, "protobuf", body, charge)
        service = signal.sender(export)
        waiting = self._intake.inbox.submit(export, len(body))
        del export, body
        accepted = await committed(waiting)
        if accepted.rejected:
            self._note(signal, accepted.reason, peer, service=service, items=accepted.rejected)
        if not (accepted.rejected or accepted.reason):
            return b""
        return signal.partial_success(accepted).SerializeToString()

    def _note(self, signal: Signal, reason: str, peer: str, *, service: str = "", items: int = 0) -> None:
        self._intake.refusals.note(
            protocol="grpc",
            signal=signal.name,
            reason=reason,
            service=service,
            items=items,
            peer=peer,
            time_ns=time.time_ns(),
        )


class _Stranger(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Asked last: what comes here is for nobody."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> None:
        """Remember the call; without a handler the core answers UNIMPLEMENTED."""
        method = handler_call_details.method
        reason = f"{method} takes no telemetry: OTLP/gRPC has a method Export of each service"
        if advice := advice_on_method(method):
            reason = f"{reason}; {advice}"
        self._refusals.note(protocol="grpc", signal="", reason=reason, time_ns=time.time_ns())


def _why(exc: Exception) -> tuple[grpc.StatusCode, int, str]:
    match exc:
        case Malformed():
            return grpc.StatusCode.INVALID_ARGUMENT, rpc.INVALID_ARGUMENT, exc.reason
        case TooLarge():
            return grpc.StatusCode.RESOURCE_EXHAUSTED, rpc.RESOURCE_EXHAUSTED, exc.reason
        case Overloaded():
            return grpc.StatusCode.UNAVAILABLE, rpc.UNAVAILABLE, exc.reason
        case TimeoutError():
            reason = f"the message did not arrive within {BODY_SECONDS:g} seconds"
            return grpc.StatusCode.DEADLINE_EXCEEDED, rpc.DEADLINE_EXCEEDED, reason
    return grpc.StatusCode.INTERNAL, rpc.INTERNAL, broken(exc)


async def _refuse(
    context: Context, kind: grpc.StatusCode, code: int, reason: str, retry_after: float | None = None
) -> NoReturn:
    """End the call with a google.rpc.Status in its trailers, where RetryInfo tells the sender when to try again."""
    status = rpc.status_message(code, reason, retry_after)
    details: Any = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(kind, status.message, details)
    raise AssertionError("abort always raises")


def _port(peer: str) -> int:
    """The port in grpc's form of a peer, `ipv4:127.0.0.1:1234`."""
    return int(peer.rpartition(":")[2])
