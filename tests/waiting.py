"""Waiting for what must come true, and no longer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    What = str | Callable[[], str]

T = TypeVar("T")

#: Between two looks, in seconds: what others need the machine for is not spent on looking at what takes its time.
_SHORTEST, _LONGEST = 0.01, 0.1
#: Of the time that has been waited, so much may be waited too long.
_PART = 1 / 20


def wait_until(condition: Callable[[], T], deadline: float = 30.0, *, what: What = "the condition") -> T:
    """What `condition` returns once that is truthy. Fails the test when that takes longer than `deadline` seconds.

    `what` is what was waited for, in words, or what finds these words when they are needed.
    """
    begun = time.monotonic()
    while True:
        outcome = condition()
        if outcome:
            return outcome
        waited = time.monotonic() - begun
        if waited > deadline:
            told = what if isinstance(what, str) else what()
            raise AssertionError(f"{told} has not come true within {deadline:g} s; last it was {outcome!r}")
        time.sleep(min(_LONGEST, max(_SHORTEST, waited * _PART)))


def least(measure: Callable[[], float], limit: float, deadline: float = 60.0) -> float:
    """The first measurement within the limit; when `deadline` seconds have brought none, the least there was.

    What a busy machine delays now and then it does not delay each time.
    """
    begun, found = time.monotonic(), measure()
    while found > limit and time.monotonic() - begun < deadline:
        found = min(found, measure())
    return found
