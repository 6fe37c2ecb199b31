"""What the HTTP and the gRPC server share: the way of an export from bytes to the store, and the memory for it."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from phoenix_dev.receiver.decode import decode, decode_sound
from phoenix_dev.receiver.doors import Doors
from phoenix_dev.receiver.in_flight import Budget
from phoenix_dev.receiver.inflate import inflate
from phoenix_dev.receiver.limits import MOST_BYTES
from phoenix_dev.receiver.weight import most_weight, weight

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from phoenix_dev.receiver.decode import Encoding
    from phoenix_dev.receiver.in_flight import Charge
    from phoenix_dev.receiver.refusals import Refusals
    from phoenix_dev.receiver.signals import Signal
    from phoenix_dev.telemetry.inbox import ExportRequest, Inbox

    Result = TypeVar("Result")

#: JSON above this size (bytes) takes a while to read.
_LONG_JSON = 64 * 1024
#: So is gzip.
_LONG_GZIP = 256 * 1024


def _threads() -> Executor:
    return ThreadPoolExecutor(2, thread_name_prefix="otlp-decode")


@dataclass(frozen=True, slots=True)
class Intake:
    """Where exports go, what remembers the refused ones, and how much may be under way. Used on one event loop.

    `reader_token` is what our own reader of log files shows (positions.py); empty where there is none. `doors` are the
    ports, for what is told to those who came to the wrong one.
    """

    inbox: Inbox
    refusals: Refusals
    budget: Budget = field(default_factory=Budget)
    slow: Executor = field(default_factory=_threads)
    reader_token: str = ""
    doors: Doors = field(default_factory=Doors)

    async def decode(self, signal: Signal, encoding: Encoding, body: bytes, charge: Charge) -> ExportRequest:
        """The export, its memory charged. What takes long (long JSON, weighing what looks suspicious, finding the
        fault in a bad body) is done by another thread.

        Raises Malformed, TooLarge, and Overloaded when the budget is used up.
        """
        descriptor = signal.request.DESCRIPTOR
        taken = most_weight(descriptor, encoding, body)
        charge.add(taken if taken is not None else await self._slowly(partial(weight, descriptor, encoding, body)))
        if encoding == "protobuf":
            with contextlib.suppress(DecodeError):
                return decode_sound(signal, body)
        elif len(body) <= _LONG_JSON:
            return decode(signal, encoding, body)
        return await self._slowly(partial(decode, signal, encoding, body))

    async def inflate(self, body: bytes, charge: Charge) -> bytes:
        """A compressed body as it was, its memory charged. Raises Malformed, TooLarge, and Overloaded."""
        work = partial(inflate, body, MOST_BYTES)
        inflated = work() if len(body) <= _LONG_GZIP else await self._slowly(work)
        charge.add(len(inflated))
        return inflated

    async def _slowly(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.slow, work)
