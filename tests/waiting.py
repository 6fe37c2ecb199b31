"""Waiting for what must come true, and no longer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: Between two looks, in seconds: what others need the machine for is not spent on looking at what takes its time.
_SHORTEST, _LONGEST = 0.01, 0.1
#: Of the time that has been waited, so much may be waited too long.
_PART = 1 / 20


def wait_until(condition: Callable[[], T], deadline: float = 10.0, *, what: str = "the condition") -> T:
    """What `condition` returns once that is truthy. Fails the test when that takes longer than `deadline` seconds."""
    begun = time.monotonic()
    while True:
        outcome = condition()
        if outcome:
            return outcome
        waited = time.monotonic() - begun
        if waited > deadline:
            raise AssertionError(f"{what} has not come true within {deadline:g} s; last it was {outcome!r}")
        time.sleep(min(_LONGEST, max(_SHORTEST, waited * _PART)))
