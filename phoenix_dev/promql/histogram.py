"""Quantiles of classic histograms."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from phoenix_dev.promql.numbers import divided
from phoenix_dev.promql.rows import Row, same, unnamed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Node
    from phoenix_dev.promql.rows import Vector

#: Counts of neighbouring buckets that differ by less, in proportion, do so by rounding.
_INSIGNIFICANT = 1e-12
_SMALLEST = 2.2250738585072014e-308
#: The end of a bucket, and how many measurements are not above it.
Bucket = tuple[float, float]


def histogram_quantile(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """The value below which a share of a histogram's measurements lies, of each histogram."""
    shares = evaluation.scalar(arguments[0])
    found: Vector = []
    for labels, ends, rows in _histograms(evaluation.vector(arguments[1])):
        columns = zip(*(row.values for row in rows), strict=True)
        values = [_of_column(share, ends, column) for share, column in zip(shares, columns, strict=True)]
        if any(value is not None for value in values):
            found.append(Row(labels, values))
    return unnamed(found)


def _histograms(rows: Vector) -> Iterable[tuple[Mapping[str, str], list[float], list[Row]]]:
    """Labels, the ends of the buckets, and their series, by end; what has no end is no bucket."""
    groups: dict[Hashable, tuple[Mapping[str, str], list[tuple[float, Row]]]] = {}
    for row in rows:
        end = _number(row.labels.get("le", ""))
        if end is not None:
            labels = {name: value for name, value in row.labels.items() if name != "le"}
            groups.setdefault(same(labels), (labels, []))[1].append((end, row))
    for common, buckets in groups.values():
        buckets.sort(key=lambda bucket: bucket[0])
        yield common, [end for end, _ in buckets], [row for _, row in buckets]


def _number(text: str) -> float | None:
    try:
        return float(text) if "_" not in text and text == text.strip() else None
    except ValueError:
        return None


def _of_column(share: float, ends: Sequence[float], column: Sequence[float | None]) -> float | None:
    buckets = [(end, count) for end, count in zip(ends, column, strict=True) if count is not None]
    return quantile_of(share, buckets) if buckets else None


def quantile_of(share: float, buckets: Sequence[Bucket]) -> float:
    """The quantile of at least one bucket, which are ordered by their ends: as if what fell into a bucket lay in it
    evenly, and nothing below zero. NaN when the last bucket has an end, when there is but one, and for no measurements.
    """
    if share != share:
        return math.nan
    if not 0 <= share <= 1:
        return math.copysign(math.inf, share)
    if buckets[-1][0] != math.inf:
        return math.nan
    ends, counts = _mended(buckets)
    if len(ends) < 2 or counts[-1] == 0 or counts[-1] != counts[-1]:
        return math.nan
    rank = share * counts[-1]
    place = bisect_left(counts, rank, hi=len(counts) - 1)
    if place == len(counts) - 1:
        return ends[-2]
    if place == 0 and ends[0] <= 0:
        return ends[0]
    begin, below = (ends[place - 1], counts[place - 1]) if place else (0.0, 0.0)
    return begin + (ends[place] - begin) * divided(rank - below, counts[place] - below)


def _mended(buckets: Iterable[Bucket]) -> tuple[list[float], list[float]]:
    """Ends and counts: those of one end added up, and no count below the one before or insignificantly above."""
    ends: list[float] = []
    counts: list[float] = []
    for end, count in buckets:
        if ends and ends[-1] == end:
            counts[-1] += count
        else:
            ends.append(end)
            counts.append(count)
    for place in range(1, len(counts)):
        before, count = counts[place - 1], counts[place]
        if count < before or _almost_equal(before, count):
            counts[place] = before
    return ends, counts


def _almost_equal(one: float, other: float) -> bool:
    if one == other:
        return True
    size, apart = abs(one) + abs(other), abs(one - other)
    if one == 0 or other == 0 or size < _SMALLEST:
        return apart < _INSIGNIFICANT * _SMALLEST
    return apart / size < _INSIGNIFICANT
