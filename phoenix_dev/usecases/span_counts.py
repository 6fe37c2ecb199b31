"""By how much span metrics have grown, exactly: what `increase` of PromQL extrapolates is read from the samples."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from phoenix_dev.model.quoted import quoted
from phoenix_dev.signals.names import CALLS, DURATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.model.load import Entry
    from phoenix_dev.stores.metrics import MetricStore

_FAILED = "STATUS_CODE_ERROR"
#: Who counts spans tells of each series every 5 s. One that was silent for longer has been forgotten by who counts, and
#: begins at nothing when it comes again.
_SILENT_NS = 15 * 10**9
_MS = 10**6


def selector(name: str, entry: Entry) -> str:
    """The series of a span metric that are about an entry."""
    labels = {
        "service_name": entry.service,
        "span_name": entry.operation,
        "span_kind": f"SPAN_KIND_{entry.kind.upper()}",
    }
    return f"{name}{{{','.join(f'{label}={quoted(value)}' for label, value in labels.items() if value)}}}"


def requests_and_errors(metrics: MetricStore, entry: Entry, since_ns: int, until_ns: int) -> tuple[int, int]:
    """How many requests of an entry were counted in a time, and how many of them as errors."""
    found = _growth(metrics, selector(CALLS, entry), since_ns, until_ns)
    failed = sum(grown for labels, grown in found if labels.get("status_code") == _FAILED)
    return round(sum(grown for _, grown in found)), round(failed)


def durations(metrics: MetricStore, entry: Entry, since_ns: int, until_ns: int) -> list[tuple[float, int]]:
    """The histogram of the durations of these requests: upper bounds in seconds, the last infinite, each with how many
    took no longer. Empty when there are none.
    """
    counts: defaultdict[float, float] = defaultdict(float)
    for labels, grown in _growth(metrics, selector(DURATIONS, entry), since_ns, until_ns):
        counts[float(labels["le"])] += grown
    return [(bound, round(count)) for bound, count in sorted(counts.items())] if any(counts.values()) else []


def quantile_of(histogram: Sequence[tuple[float, int]], share: float) -> float:
    """The duration that this share does not exceed, in seconds, as `histogram_quantile` of PromQL estimates it."""
    rank = share * histogram[-1][1]
    below, before = 0.0, 0
    for bound, count in histogram:
        if count >= rank:
            inside = (rank - before) / (count - before) if count > before else 1.0
            return below if math.isinf(bound) else below + (bound - below) * inside
        below, before = bound, count
    return below


def bucket_of(histogram: Sequence[tuple[float, int]], duration_s: float) -> int:
    """In which bucket, counted from 0, a duration falls."""
    return next(place for place, (bound, _) in enumerate(histogram) if duration_s <= bound)


def _growth(metrics: MetricStore, series: str, since_ns: int, until_ns: int) -> list[tuple[Mapping[str, str], float]]:
    """By how much each series grew after `since_ns`."""
    milliseconds = -(-(until_ns - since_ns + _SILENT_NS) // _MS)
    found = metrics.query(f"{series}[{milliseconds}ms]", until_ns)
    return [(one.labels, grown(one.samples, since_ns)) for one in found]


def grown(samples: Sequence[tuple[int, float]], since_ns: int) -> float:
    """By how much a counter grew after a time, by its samples in order; one that falls began anew at nothing, and so
    did one without a sample before.
    """
    total = before = 0.0
    for at_ns, value in samples:
        if at_ns > since_ns:
            total += value - before if value >= before else value
        before = value
    return total
