"""Numbers over time as a row of bars, a cell each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: For zero, and for parts of the highest.
_ZERO, _BARS = "▁", "▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], cells: int, *, highest: float = 0.0) -> str:
    """At most so many bars, each the highest of its part of the values; a blank where there is none.

    The tallest bar is the largest of the values, or `highest` where that is more. Values below zero count as zero.
    """
    parts = _parts(values, max(1, cells))
    top = max([highest, *(value for value in parts if value is not None)])
    return "".join(_bar(value, top) for value in parts)


def _parts(values: Sequence[float | None], cells: int) -> list[float | None]:
    number = min(cells, len(values))
    edges = [len(values) * part // number for part in range(number + 1)] if number else []
    return [_most(values[first:last]) for first, last in pairwise(edges)]


def _most(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _bar(value: float | None, top: float) -> str:
    if value is None:
        return " "
    if value <= 0 or top <= 0:
        return _ZERO
    return _BARS[min(len(_BARS) - 1, int(len(_BARS) * (value / top)))]
