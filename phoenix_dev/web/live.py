"""Server-sent events (WHATWG HTML, section 9.2): a bounded number of streams, and none for a browser that does not
read.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from phoenix_dev.errors import PhoenixDevError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

#: Streams at one time. A browser holds six at most for one address, and our pages only those that are looked at.
MOST_STREAMS = 24
#: A browser that takes nothing for so long is left (seconds); one that has nothing to take hears so from time to time.
_PATIENCE_S = 10.0
_SILENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell a page: `name` is what it listens for, `data` anything JSON holds. After a break the browser
    says the last `id` it has seen.
    """

    name: str
    data: object
    id: str = ""

    def encoded(self) -> bytes:
        """As it goes over the wire."""
        number = f"id: {self.id}\n" if self.id else ""
        return f"{number}event: {self.name}\ndata: {json.dumps(self.data)}\n\n".encode()


class Streams:
    """The streams that are open."""

    def __init__(self) -> None:
        self.open = 0
        self.stopping = asyncio.Event()

    def of(self, events: AsyncIterator[Event]) -> Response:
        """The answer that brings events as they come; a refusal when too many are open."""
        if self.open >= MOST_STREAMS:
            return PlainTextResponse("too many pages follow already\n", 503, {"Retry-After": "10"})
        return _Stream(events, self)

    async def pause(self, seconds: float) -> bool:
        """Wait so long; True at once when the page is about to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
        return self.stopping.is_set()


class _Stream(Response):
    def __init__(self, events: AsyncIterator[Event], streams: Streams) -> None:
        super().__init__(media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send until the browser leaves, stops reading, or there is nothing more."""
        self._streams.open += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            sending = asyncio.create_task(self._send_all(send))
            leaving = asyncio.create_task(_leaves(receive))
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            for task in (sending, leaving):
                task.cancel()
            for ended in await asyncio.gather(sending, leaving, return_exceptions=True):
                if not isinstance(ended, (asyncio.CancelledError, TimeoutError, OSError, NoneType)):
                    raise ended
        finally:
            self._streams.open -= 1

    async def _send_all(self, send: Send) -> None:
        waiting = asyncio.ensure_future(anext(self._events, None))
        try:
            await _send(send, b"retry: 2000\n\n")
            while True:
                await asyncio.wait((waiting,), timeout=_SILENCE_S)
                if not waiting.done():
                    await _send(send, b": still here\n\n")
                    continue
                event = waiting.result()
                if event is None:
                    break
                await _send(send, event.encoded())
                waiting = asyncio.ensure_future(anext(self._events, None))
        except PhoenixDevError as error:  # the browser comes again by itself, and goes on where it was
            await _send(send, Event("lost", error.message).encoded())
        finally:
            waiting.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
