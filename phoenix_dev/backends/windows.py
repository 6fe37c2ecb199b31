"""Stretches of time. What is looked for without knowing when it was is looked for lately first, then further back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import chain, count, takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: How far a look-up goes back, step by step, until something is found.
STEPS = (HOUR, DAY, 7 * DAY, 30 * DAY)
#: Loki by default refuses queries over more than 30 days.
_LONGEST = 30 * DAY
#: As far back everything is looked for that the user gives a time for, however short it is kept.
FURTHEST = 30 * DAY
#: Further back than this nothing is looked for, however long it is kept.
_MOST = 366 * DAY
#: A sender's clock may be ahead by so much; Loki takes no more (`creation_grace_period`).
AHEAD = 10 * MINUTE

Window = tuple[int, int]
"""First and last time, both included, Unix nanoseconds."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How long traces, traces with an error, and logs are kept (nanoseconds)."""

    traces: int = 7 * DAY
    error_traces: int = 30 * DAY
    logs: int = 7 * DAY


def backwards(reach: int, now_ns: int | None = None) -> Iterator[Window]:
    """The last hour, the rest of the last day, of the last seven days, of the last thirty, and so on to the end of what
    is kept for `reach` nanoseconds. None is longer than 30 days.
    """
    now = time.time_ns() if now_ns is None else now_ns
    end = min(reach, _MOST)
    last = now + AHEAD
    for step in (*takewhile(lambda step: step < end, chain(STEPS, count(STEPS[-1] + _LONGEST, _LONGEST))), end):
        yield now - step, last
        last = now - step - 1


def clamped(first_ns: int, last_ns: int, now_ns: int | None = None, reach: int = 0) -> Window | None:
    """The part of a window in which something may be that is kept for `reach` nanoseconds; None when there is none."""
    now = time.time_ns() if now_ns is None else now_ns
    first, last = max(first_ns, now - max(FURTHEST, min(reach, _MOST))), min(last_ns, now + AHEAD)
    return (first, last) if first <= last else None
