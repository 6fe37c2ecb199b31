"""Reads the body of a request, and never more of it than the limits allow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from phoenix_dev.receiver.decode import MOST_BYTES
from phoenix_dev.receiver.inflate import Inflater
from phoenix_dev.receiver.refused import TooLarge

if TYPE_CHECKING:
    from starlette.types import Receive

    from phoenix_dev.receiver.in_flight import Charge
    from phoenix_dev.receiver.request import Request

#: How long a whole body may take: memory that is held for a sender must come free.
BODY_SECONDS = 30.0


def check_length(request: Request) -> None:
    """Raises TooLarge for a body that says at its head that it is."""
    if request.length is not None and request.length > MOST_BYTES:
        raise TooLarge(f"the body is {request.length} bytes, above the limit of {MOST_BYTES}")


async def read_body(request: Request, receive: Receive, charge: Charge) -> bytes | None:
    """The body, decompressed; None when the sender has gone.

    Raises TooLarge and Malformed, Overloaded when the budget is used up, TimeoutError when the body does not arrive
    in time.
    """
    check_length(request)
    inflater = Inflater(MOST_BYTES) if request.gzip else None
    pieces: list[bytes] = []
    on_wire = 0
    async with asyncio.timeout(BODY_SECONDS):
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            piece = message.get("body", b"")
            on_wire += len(piece)
            if on_wire > MOST_BYTES:
                raise TooLarge(f"the body is above the limit of {MOST_BYTES} bytes")
            if inflater is not None:
                piece = inflater.feed(piece)
            charge.add(len(piece))
            pieces.append(piece)
            if not message.get("more_body", False):
                break
    if inflater is not None:
        inflater.finish()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
