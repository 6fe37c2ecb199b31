"""A circuit breaker, and a family of them behind one name."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

State = Literal["closed", "half_open", "open"]
STATES: tuple[State, ...] = ("closed", "half_open", "open")


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether a call may go ahead; `retry_after` is in seconds and 0 when it may.

    `changed` names the state just entered, if any.
    """

    granted: bool
    retry_after: float = 0.0
    changed: State | None = None


class Breaker:
    """Opens after `threshold` failures in a row, lets a probe through `cooldown` seconds later, then decides."""

    def __init__(self, threshold: int, cooldown: float, clock: Callable[[], float]) -> None:
        self._threshold = threshold
        self._cooldown = cooldown
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._opened_at = 0.0
        self.state: State = "closed"
        self.last_used = clock()

    def ask(self) -> Permit:
        """May a call go ahead? A granted call must be followed by `succeeded` or `failed`."""
        with self._lock:
            self.last_used = now = self._clock()
            if self.state == "closed":
                return Permit(granted=True)
            if self.state == "half_open":
                return Permit(granted=False, retry_after=self._cooldown)
            wait = self._opened_at + self._cooldown - now
            if wait > 0:
                return Permit(granted=False, retry_after=wait)
            self.state = "half_open"
            return Permit(granted=True, changed="half_open")

    def succeeded(self) -> State | None:
        """A granted call went well. Returns the state entered, None when it stays."""
        with self._lock:
            self._failures = 0
            changed = self.state != "closed"
            self.state = "closed"
            return "closed" if changed else None

    def failed(self) -> State | None:
        """A granted call failed. Returns the state entered, None when it stays."""
        with self._lock:
            self._failures += 1
            if self.state == "closed" and self._failures < self._threshold:
                return None
            self.state = "open"
            self._opened_at = self._clock()
            return "open"


class BreakerFamily:
    """Breakers under one name, one for each key, forgotten `idle` seconds after their last use.

    To the outside the family has one state: open while any of its breakers is, else half open while any is, else
    closed.
    """

    def __init__(self, threshold: int, clock: Callable[[], float], idle: float = 30.0) -> None:
        self._threshold = threshold
        self._clock = clock
        self._idle = idle
        self._lock = Lock()
        self._breakers: dict[str, Breaker] = {}

    def get(self, key: str, cooldown: float) -> Breaker:
        """The breaker of a key; `cooldown` (seconds) counts when it is made now."""
        with self._lock:
            breaker = self._breakers.pop(key, None) or Breaker(self._threshold, cooldown, self._clock)
            # Re-inserted, so that the order of the dictionary is the order of use and forgetting looks at the front
            # only.
            self._breakers[key] = breaker
            self._forget()
            return breaker

    def state(self) -> State:
        """The family's state."""
        with self._lock:
            self._forget()
            states = {breaker.state for breaker in self._breakers.values()}
        return "open" if "open" in states else "half_open" if "half_open" in states else "closed"

    def _forget(self) -> None:
        oldest = self._clock() - self._idle
        while self._breakers:
            key, breaker = next(iter(self._breakers.items()))
            if breaker.last_used >= oldest:
                return
            del self._breakers[key]
