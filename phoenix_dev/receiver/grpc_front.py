"""Stands before the gRPC server and looks at what each connection says first.

gRPC's core closes what does not begin like HTTP/2 and tells nobody, so that somebody who sends OTLP/HTTP to the gRPC
port sees nothing anywhere. Here such a connection is answered in its own protocol and remembered; the others are passed
on as they are, which costs an export some tens of microseconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, cast

from phoenix_dev.receiver.doors import refused_page, spoken

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from phoenix_dev.receiver.doors import Doors, Spoken
    from phoenix_dev.receiver.refusals import Refusals

#: How long a connection may stay silent, or what was refused may go on sending (seconds).
FIRST_BYTES_S = 10.0
_LINGER_S = 1.0


class GrpcFront:
    """Takes the connections of some listening sockets; the server behind it listens on 127.0.0.1."""

    def __init__(self, refusals: Refusals, doors: Doors, most: int) -> None:
        self._refusals = refusals
        self._doors = doors
        self._most = most
        self._behind = 0
        self._servers: list[asyncio.Server] = []
        self.open: set[_Caller] = set()
        #: Whom a connection to the server behind is for, by its port.
        self.callers: dict[int, str] = {}

    async def listen(self, sockets: Sequence[socket.socket], behind: int) -> None:
        """Begin to accept. The sockets belong to this object from now on."""
        self._behind = behind
        loop = asyncio.get_running_loop()
        for one in sockets:
            self._servers.append(await loop.create_server(lambda: _Caller(self), sock=one))

    def stop_listening(self) -> None:
        """Accept no more; what is open goes on until both ends have finished."""
        for server in self._servers:
            server.close()

    async def close(self) -> None:
        """End what is still open, once what was written has had a moment to be sent."""
        if self.open:
            await asyncio.wait([caller.finish() for caller in self.open], timeout=_LINGER_S)
        for caller in list(self.open):
            caller.transport.abort()

    def admits(self) -> bool:
        """Whether one more connection may be open; that it may not is remembered."""
        if len(self.open) < self._most:
            return True
        self.note(f"{self._most} connections are open, more are not taken", "")
        return False

    def note(self, reason: str, peer: str) -> None:
        """Remember what was refused."""
        self._refusals.note(protocol="grpc", signal="", reason=reason, peer=peer, time_ns=time.time_ns())

    def turn_away(self, said: Spoken, peer: str) -> bytes:
        """What to answer somebody who does not speak gRPC."""
        why = self._doors.wrong("grpc", said)
        self.note(why, peer)
        return refused_page(why)

    async def connect(self, caller: _Caller) -> _Behind:
        """A connection to the server behind."""
        loop = asyncio.get_running_loop()
        _, behind = await loop.create_connection(lambda: _Behind(caller), "127.0.0.1", self._behind)
        return behind


class _Half(asyncio.Protocol):
    """One end of a connection that is passed on: what it cannot take the other end waits with."""

    transport: asyncio.Transport
    other: _Half | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        if self.other is not None:
            self.other.transport.close()


class _Behind(_Half):
    """The end at the server behind."""

    def __init__(self, caller: _Caller) -> None:
        self.other = caller


class _Caller(_Half):
    """The end at the sender."""

    def __init__(self, front: GrpcFront) -> None:
        self._front = front
        self._first = b""
        self._decided = False
        self._timer: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._port = 0
        self._peer = ""
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if not self._front.admits():
            self._decided = True
            self.transport.abort()
            return
        self._front.open.add(self)
        self._peer = transport.get_extra_info("peername", ("",))[0]
        self._timer = asyncio.get_running_loop().call_later(FIRST_BYTES_S, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.transport.write(data)
        elif not self._decided:
            self._first += data
            if said := spoken(self._first):
                self._decide(said)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_timer()
        self._front.open.discard(self)
        self._front.callers.pop(self._port, None)
        self._closed.set_result(None)
        if self._connecting is not None:
            self._connecting.cancel()

    def finish(self) -> asyncio.Future[None]:
        """Close it after what is written to it; done when it is closed."""
        if self.other is None:
            self.transport.close()
        return self._closed

    def _decide(self, said: Spoken) -> None:
        self._decided = True
        self._stop_timer()
        if said == "http/2":
            self.transport.pause_reading()
            self._connecting = asyncio.get_running_loop().create_task(self._pass_on())
            return
        self.transport.write(self._front.turn_away(said, self._peer))
        # Whoever is still sending when the connection is closed sees a reset instead of the answer.
        self.transport.write_eof()
        self._timer = asyncio.get_running_loop().call_later(_LINGER_S, self.transport.abort)

    async def _pass_on(self) -> None:
        try:
            behind = await self._front.connect(self)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else type(error).__name__
            self._front.note(f"the connection could not be passed on to the gRPC server: {why}", self._peer)
            self.transport.abort()
            return
        self._port = behind.transport.get_extra_info("sockname")[1]
        self._front.callers[self._port] = self._peer
        self.other = behind
        behind.transport.write(self._first)
        with contextlib.suppress(RuntimeError):  # it was closed meanwhile
            self.transport.resume_reading()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
