"""How surprising a count is beside what came before, in bits: -log2 of its probability.

If lines come as a negative binomial with the same parameters in every slot, then of the lines of two windows together
as many fall into the recent one as a beta-binomial says whose weights are the sizes of the two windows. That holds
exactly, for few lines and for many, and asks for nothing but how unevenly lines came.
"""

from __future__ import annotations

from math import inf, lgamma, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Whatever came evenly may come somewhat more or less often from one window to the next: as a size of the negative
#: binomial of the recent window, 20 allows for a standard deviation of a fifth.
MOST_STEADY = 20.0
#: Unevenness is looked for in single slots and in blocks of so many: what comes in long bursts is even within them.
_BLOCKS = (1, 2, 4, 8)
_LEAST_BLOCKS = 4


def size_of(counts: Sequence[int], recent: int) -> float:
    """The size of the negative binomial of one slot that explains how unevenly some counts fall, by the moments of
    single slots and of blocks of slots, whichever are more uneven; a window of `recent` slots is at most MOST_STEADY.
    """
    size = MOST_STEADY / recent
    for block in _BLOCKS:
        sums = [sum(counts[at : at + block]) for at in range(0, len(counts) - block + 1, block)]
        if len(sums) < _LEAST_BLOCKS:
            break
        mean = sum(sums) / len(sums)
        variance = sum((one - mean) ** 2 for one in sums) / (len(sums) - 1)
        if variance > mean > 0:
            size = min(size, mean * mean / (variance - mean) / block)
    return size


def bits_of_more(now: int, before: int, weight_now: float, weight_before: float) -> float:
    """How surprising it is that of all lines `now` or more are recent."""
    total = now + before
    if not now or now * (weight_now + weight_before) <= total * weight_now:
        return 0.0
    first = _log_probability(now, total, weight_now, weight_before)
    return max(0.0, -(first + log(_tail(now, total, weight_now, weight_before))) / log(2))


def bits_of_fewer(now: int, before: int, weight_now: float, weight_before: float) -> float:
    """How surprising it is that of all lines no more than `now` are recent."""
    return bits_of_more(before, now, weight_before, weight_now)


def _log_probability(now: int, total: int, a: float, b: float) -> float:
    """Of exactly so many, by the beta-binomial's density."""
    ways = lgamma(total + 1) - lgamma(now + 1) - lgamma(total - now + 1)
    return (
        ways
        + (lgamma(now + a) + lgamma(total - now + b) - lgamma(total + a + b))
        - (lgamma(a) + lgamma(b) - lgamma(a + b))
    )


def _tail(now: int, total: int, a: float, b: float) -> float:
    """The probability of `now` or more, over that of exactly `now`: terms by their ratio, until they add nothing."""
    whole = term = 1.0
    for more in range(now, total):
        term *= (total - more) * (more + a) / ((more + 1) * (total - more - 1 + b))
        whole += term
        if term < whole * 1e-12 or whole == inf:
            break
    return whole
