"""Reads the body of a request, and never more of it than the limits allow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from phoenix_dev.receiver.inflate import Inflater
from phoenix_dev.receiver.limits import MOST_BYTES, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive

    from phoenix_dev.receiver.head import Head
    from phoenix_dev.receiver.in_flight import Charge

#: How long a whole body may take: memory that is held for a sender must come free.
BODY_SECONDS = 30.0
#: A sender that still writes when the connection is closed sees a reset instead of the answer: for so long, and up to
#: so many bytes, what it goes on sending is dropped.
LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * MOST_BYTES


class SenderGone(Exception):
    """The connection was closed before the body was complete."""


class TooSlow(Exception):
    """The body did not arrive in time."""


class Body:
    """The body of one request. `unread` tells whether some of it may still come."""

    def __init__(self, head: Head, receive: Receive) -> None:
        self._head = head
        self._receive = receive
        self._started = False
        self.unread = head.has_body

    async def read(self, charge: Charge) -> bytes:
        """The whole body, decompressed.

        Raises TooLarge and Malformed, Overloaded when the budget is used up, TooSlow, and SenderGone.
        """
        length = self._head.length
        if length is not None and length > MOST_BYTES:
            raise TooLarge(f"the body is {length} bytes, above the limit of {MOST_BYTES}")
        pieces: list[bytes] = []
        inflater = Inflater(MOST_BYTES) if self._head.gzip else None
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for piece in self._pieces():
                    kept = inflater.feed(piece) if inflater is not None else piece
                    charge.add(len(kept))
                    pieces.append(kept)
        except TimeoutError as exc:
            raise TooSlow(f"the body did not arrive within {BODY_SECONDS:g} seconds") from exc
        if inflater is not None:
            inflater.finish()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def drop(self) -> None:
        """Let the rest of the body pass by, within limits of time and size."""
        if b"expect" in self._head.headers and not self._started:
            return  # The sender waits for `100 Continue` before it sends any.
        dropped = 0
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while self.unread and dropped < LINGER_BYTES:
                    dropped += len(await self._next())
        except (TimeoutError, SenderGone):
            return

    async def _pieces(self) -> AsyncIterator[bytes]:
        on_wire = 0
        while True:
            piece = await self._next()
            on_wire += len(piece)
            if on_wire > MOST_BYTES:
                raise TooLarge(f"the body is above the limit of {MOST_BYTES} bytes")
            yield piece
            if not self.unread:
                return

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise SenderGone
        self._started = True
        self.unread = message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece
