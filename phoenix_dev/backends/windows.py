"""Stretches of time. What is looked for without knowing when it was is looked for lately first, then further back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: How far a look-up goes back, step by step, until something is found.
STEPS = (HOUR, DAY, 7 * DAY)
#: Further back than this nothing is looked for at all (Loki by default refuses queries over more than 30 days).
FURTHEST = 30 * DAY
#: A sender's clock may be ahead by so much; Loki takes no more (`creation_grace_period`).
AHEAD = 10 * MINUTE

Window = tuple[int, int]
"""First and last time, both included, Unix nanoseconds."""


def backwards(now_ns: int | None = None) -> Iterator[Window]:
    """The last hour, the rest of the last day, the rest of the last seven days."""
    now = time.time_ns() if now_ns is None else now_ns
    last = now + AHEAD
    for step in STEPS:
        yield now - step, last
        last = now - step - 1


def clamped(first_ns: int, last_ns: int, now_ns: int | None = None) -> Window | None:
    """The part of a window in which something may be kept; None when there is none."""
    now = time.time_ns() if now_ns is None else now_ns
    first, last = max(first_ns, now - FURTHEST), min(last_ns, now + AHEAD)
    return (first, last) if first <= last else None
