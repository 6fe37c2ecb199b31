"""OTLP/gRPC (OTLP specification, "OTLP/gRPC"), on the event loop that also serves HTTP.

On grpc.aio rather than the threaded server: idle memory and throughput were the same, and no worker thread stands
waiting for each commit. Requests come in as bytes and are decoded here, since the library's own answer to a bad
message does not name the field. The core enforces the limit of 16 MiB before it hands anything over, while it
inflates too, and answers RESOURCE_EXHAUSTED by itself.

INVALID_ARGUMENT malformed, naming the field · RESOURCE_EXHAUSTED too much once decoded (weight.py) · UNAVAILABLE with
RetryInfo when the store or the memory for exports is full, or the commit failed.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from grpc import aio

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.receiver import status as rpc
from phoenix_dev.receiver.commit import committed
from phoenix_dev.receiver.limits import MOST_BYTES, TooLarge
from phoenix_dev.receiver.signals import SIGNALS
from phoenix_dev.receiver.sockets import bind
from phoenix_dev.telemetry.inbox import Overloaded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from phoenix_dev.receiver.in_flight import Charge
    from phoenix_dev.receiver.intake import Intake
    from phoenix_dev.receiver.signals import Signal

    Context = aio.ServicerContext[bytes, bytes]

_TRIES = 20
_OPTIONS = [
    ("grpc.max_receive_message_length", MOST_BYTES),
    # On by default, and then a second server would share the port without an error.
    ("grpc.so_reuseport", 0),
    # The core collects whole messages before anything here can refuse them: so many a connection, the rest wait.
    ("grpc.max_concurrent_streams", 4),
    ("grpc.max_metadata_size", 16 * 1024),
]


class GrpcServer:
    """TraceService, LogsService and MetricsService. Both methods run on the event loop on which the server was
    started.
    """

    def __init__(self, intake: Intake) -> None:
        self._export = _Export(intake)
        self._server: aio.Server | None = None

    async def start(self, hosts: Sequence[str], port: int) -> int:
        """Listen on a port of every host (0: one free port for all) and return it. IPv6 hosts are left out where the
        machine has no IPv6.

        Raises OSError (EADDRINUSE) when the port is taken on any of them.
        """
        for _ in range(_TRIES):
            usable, chosen = _free(hosts, port)
            server = aio.server(options=_OPTIONS)
            server.add_generic_rpc_handlers([self._export.handler(signal) for signal in SIGNALS])
            if _add_ports(server, usable, chosen):
                await server.start()
                self._server = server
                return chosen
            await server.stop(None)
            if port:
                break
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    async def stop(self, grace: float) -> None:
        """Take no more exports, and give those under way `grace` seconds to be committed and acknowledged."""
        if self._server is not None:
            await self._server.stop(grace)
            self._server = None


def _free(hosts: Sequence[str], port: int) -> tuple[list[str], int]:
    """The hosts that exist here and a port that is free on all: grpc itself says only that it failed."""
    sockets = bind(hosts, port)
    names = [(sock.getsockname()[0], sock.getsockname()[1]) for sock in sockets]
    for sock in sockets:
        sock.close()
    return [host for host, _ in names], names[0][1]


def _add_ports(server: aio.Server, hosts: Sequence[str], port: int) -> bool:
    try:
        for host in hosts:
            server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except RuntimeError:
        return False
    return True


class _Export:
    """The one method that each service has."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def handler(self, signal: Signal) -> grpc.GenericRpcHandler[bytes, bytes]:
        """The service of a signal, bytes in and bytes out."""
        method = grpc.unary_unary_rpc_method_handler(self._method(signal))
        return grpc.method_handlers_generic_handler(signal.service, {"Export": method})

    def _method(self, signal: Signal) -> Callable[[bytes, Context], Awaitable[bytes]]:
        async def export(body: bytes, context: Context) -> bytes:
            with self._intake.budget.charge() as charge:
                try:
                    charge.add(len(body))
                    return await self._take(signal, body, charge, context)
                except Malformed as exc:
                    self._note(signal, exc.reason, context, service=exc.service)
                    await _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, rpc.INVALID_ARGUMENT, exc.reason)
                except TooLarge as exc:
                    self._note(signal, exc.reason, context)
                    await _refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, rpc.RESOURCE_EXHAUSTED, exc.reason)
                except Overloaded as exc:
                    self._note(signal, exc.reason, context)
                    await _refuse(context, grpc.StatusCode.UNAVAILABLE, rpc.UNAVAILABLE, exc.reason, exc.retry_after)

        return export

    async def _take(self, signal: Signal, body: bytes, charge: Charge, context: Context) -> bytes:
        export = await self._intake.decode(signal, "protobuf", body, charge)
        service = signal.sender(export)
        waiting = self._intake.inbox.submit(export, len(body))
        del export, body
        accepted = await committed(waiting)
        if accepted.rejected:
            self._note(signal, accepted.reason, context, service=service, items=accepted.rejected)
        if not (accepted.rejected or accepted.reason):
            return b""
        return signal.partial_success(accepted).SerializeToString()

    def _note(self, signal: Signal, reason: str, context: Context, *, service: str = "", items: int = 0) -> None:
        self._intake.refusals.note(
            protocol="grpc",
            signal=signal.name,
            reason=reason,
            service=service,
            items=items,
            peer=_host(context.peer()),
            time_ns=time.time_ns(),
        )


async def _refuse(
    context: Context, kind: grpc.StatusCode, code: int, reason: str, retry_after: float | None = None
) -> NoReturn:
    """End the call with a google.rpc.Status in its trailers, where RetryInfo tells the sender when to try again."""
    status = rpc.status_message(code, reason, retry_after)
    details: Any = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(kind, status.message, details)
    raise AssertionError("abort always raises")


def _host(peer: str) -> str:
    """The address in grpc's form of a peer, `ipv4:127.0.0.1:1234` or `ipv6:%5B::1%5D:1234`."""
    return peer.partition(":")[2].rpartition(":")[0].replace("%5B", "").replace("%5D", "")
