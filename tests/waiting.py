"""Waiting for what must come true, and no longer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def wait_until(condition: Callable[[], T], deadline: float = 10.0, *, what: str = "the condition") -> T:
    """What `condition` returns once that is truthy. Fails the test when that takes longer than `deadline` seconds."""
    end = time.monotonic() + deadline
    while True:
        outcome = condition()
        if outcome:
            return outcome
        if time.monotonic() > end:
            raise AssertionError(f"{what} has not come true within {deadline:g} s; last it was {outcome!r}")
        time.sleep(0.01)
