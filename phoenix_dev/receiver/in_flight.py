"""How many bytes of exports the process holds, so that many senders at once cannot take its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.receiver.limits import MOST_BYTES
from phoenix_dev.receiver.weight import MOST_WEIGHT
from phoenix_dev.telemetry.inbox import Overloaded

if TYPE_CHECKING:
    from types import TracebackType

#: What bodies in reading and exports waiting for their commit may hold together, in bytes of memory: one that is as
#: heavy as any may be, and ordinary ones beside it.
MOST_BYTES_IN_FLIGHT = MOST_WEIGHT + 2 * MOST_BYTES
RETRY_AFTER_SECONDS = 1.0


@dataclass(slots=True)
class Budget:
    """The bytes that bodies in reading and exports waiting for their commit may hold together."""

    limit: int = MOST_BYTES_IN_FLIGHT
    held: int = 0

    def charge(self) -> Charge:
        """What one request holds, given back when the `with` block ends, whichever way."""
        return Charge(self)


@dataclass(slots=True)
class Charge:
    """The part of the budget that one request holds. Used on the event loop's thread only."""

    budget: Budget
    held: int = 0

    def add(self, size: int) -> None:
        """Hold `size` more bytes. Raises Overloaded when that is more than the budget has left."""
        if self.budget.held + size > self.budget.limit:
            raise Overloaded(RETRY_AFTER_SECONDS, f"exports under way hold {self.budget.held} bytes of memory")
        self.budget.held += size
        self.held += size

    def __enter__(self) -> Charge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.budget.held -= self.held
        self.held = 0
