"""uvicorn with the limits that a server needs which anyone on the machine may reach.

uvicorn by itself takes any number of connections, keeps for ever one that never sends a whole head, and collects a
head of any size.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from phoenix_dev.receiver.doors import Doors, goaway, refused_page, spoken

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp

    from phoenix_dev.receiver.refusals import Refusals

#: What gRPC takes comes on top; the engine sees to it that so many files may be open.
MOST_CONNECTIONS = 512
#: asyncio accepts as many connections at once before any can be refused: for a moment there are so many more.
_BACKLOG = 128
MOST_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
#: Longer than the interval at which exporters send (5 s by default, 60 s for metrics), so that they find their
#: connection open.
KEEP_ALIVE_SECONDS = 75
#: What a stop gives requests under way; a commit takes milliseconds, a body may never come.
SHUTDOWN_SECONDS = 5


def http_config(app: ASGIApp, refusals: Refusals, doors: Doors | None = None) -> uvicorn.Config:
    """Settings for `uvicorn.Server`: quiet, without WebSocket and lifespan, with the limits of this module, which tell
    `refusals` what they refuse. `doors` are told to those who speak gRPC or TLS here.

    Logs go to the loggers `uvicorn` and `uvicorn.error` as the process has set them up.
    """
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(LimitedProtocol, refusals=refusals, doors=doors or Doors())),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


class LimitedProtocol(HttpToolsProtocol):
    """One connection, refused where there are too many and closed where its head is too long or too slow."""

    _head_timer: asyncio.TimerHandle | None = None
    _silent_bytes = 0
    """Received since the last body or end of a head: what the parser keeps of an unfinished header or trailer."""

    def __init__(self, *, refusals: Refusals, doors: Doors, **settings: Any) -> None:
        super().__init__(**settings)
        self._refusals = refusals
        self._doors = doors
        self._greeted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Close at once what is one connection too many; a sender sees a 503 and tries again."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._note(f"{MOST_CONNECTIONS} connections are open, more are not taken")
            self._end(b"503 Service Unavailable", b"retry-after: 1\r\n")
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Refuse a head, or a trailer after the body, that does not end."""
        if self.transport.is_closing():
            return
        if not self._greeted and not self._greet(data):
            return
        self._silent_bytes += len(data)
        super().data_received(data)
        if self._silent_bytes > MOST_HEAD_BYTES:
            self._note(f"the head of the request is above {MOST_HEAD_BYTES} bytes")
            self._end(b"431 Request Header Fields Too Large")

    def _greet(self, first: bytes) -> bool:
        """Whether a connection that begins so may be HTTP/1.1; others are told what they are at."""
        self._greeted = True
        said = spoken(first)
        if said not in ("http/2", "tls"):
            return True
        why = self._doors.wrong("http", said)
        self._note(why)
        self._stop_timer()
        self.transport.write(goaway(why) if said == "http/2" else refused_page(why))
        self.transport.close()
        return False

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._silent_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """The sender goes on."""
        self._silent_bytes = 0
        super().on_body(body)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._await_head()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """What follows is the next request's."""
        self._silent_bytes = 0
        super().on_message_complete()

    def _await_head(self) -> None:
        self._stop_timer()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # The request before it has not been answered yet: what is written now would be taken for its answer.
            self._await_head()
        else:
            if self._silent_bytes:  # a connection that somebody opens and does not use yet asks for nothing
                self._note(f"the head of the request did not arrive within {HEAD_SECONDS:g} seconds")
            self._end(b"408 Request Timeout")

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._note("this is not HTTP/1.1, or broken")
        super().send_400_response(msg)

    def _note(self, reason: str) -> None:
        peer = self.client[0] if self.client else ""
        self._refusals.note(protocol="http", signal="", reason=reason, peer=peer, time_ns=time.time_ns())

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end(self, status: bytes, headers: bytes = b"") -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            head = b"HTTP/1.1 " + status + b"\r\n" + headers
            self.transport.write(head + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()
