"""Lines that come regularly, as heartbeats do, and how long one that does has been silent."""

from __future__ import annotations

import itertools
from statistics import median
from typing import TYPE_CHECKING

from phoenix_dev.anomalies.counting import MOST_TIMES

if TYPE_CHECKING:
    from phoenix_dev.anomalies.counting import Tally
    from phoenix_dev.anomalies.window import Window

#: Times from which on something can be called regular.
LEAST_BEATS = 6
#: Of the gaps between them so many lie within a quarter around the median.
_OFTEN, _NEAR = 0.8, 0.25
#: Where there are too many to keep their times: counts of slots vary so much less than by chance.
_EVEN = 0.25
#: Beats that have to be missing; and a silence that is longer than anybody holds lines back (ns).
MISSED = 5
_HELD_BACK = 15 * 10**9


def period_of(tally: Tally, window: Window) -> int:
    """The time between two lines (ns), 0 where they come in no rhythm."""
    if tally.total < LEAST_BEATS:
        return 0
    if tally.total > MOST_TIMES:
        return _from_slots(tally, window)
    times = sorted(tally.times)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    middle = median(gaps)
    near = sum(abs(gap - middle) <= _NEAR * middle for gap in gaps)
    return round(middle) if middle and near >= _OFTEN * len(gaps) else 0


def _from_slots(tally: Tally, window: Window) -> int:
    """From the slots between the first and the last in which lines came."""
    counts = [tally.slots[slot] for slot in range(min(tally.slots) + 1, max(tally.slots))]
    if len(counts) < LEAST_BEATS:
        return 0
    mean = sum(counts) / len(counts)
    variance = sum((one - mean) ** 2 for one in counts) / len(counts)
    return round(window.slot_ns / mean) if variance < _EVEN * mean else 0


def missed(tally: Tally, period_ns: int, window: Window) -> int:
    """How many beats are missing at the end, 0 if it is too early to say: what is sent late is not missing."""
    silence = window.until_ns - tally.last_ns
    beats = silence // period_ns
    return beats if beats >= MISSED and silence > max(_HELD_BACK, window.slot_ns) else 0
