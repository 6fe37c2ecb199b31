"""What the stack counted of a load, held to what was sent."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.exchange import Expectation
from phoenix_dev.model.load import nearest_rank
from phoenix_dev.model.quantity import duration
from phoenix_dev.usecases.span_counts import bucket_of, durations, quantile_of, requests_and_errors
from phoenix_dev.usecases.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.load import Entry, Fired
    from phoenix_dev.model.span import Span
    from phoenix_dev.stores import Stores

#: Of more requests, the traces of so many are read, drawn by the plan's seed.
MOST_READ = 2000
_SHARE = 0.95


def compare(stores: Stores, entry: Entry, fired: Fired, wait_s: float) -> tuple[Expectation, ...]:
    """Each thing that was counted held to what was sent, once it is all counted, or `wait_s` is over."""
    metrics, since_ns, deadline = stores.metrics, fired.began_ns, time.monotonic() + wait_s
    wanted = (
        _Range(fired.answered, len(fired.sent)),
        _Range(fired.failed, len(fired.sent) - fired.answered + fired.failed),
    )

    def counted() -> tuple[int, int]:
        return requests_and_errors(metrics, entry, since_ns, time.time_ns())

    def settled() -> bool:
        """Whether all is counted; or more than that, which waiting will not change."""
        both = list(zip(wanted, counted(), strict=True))
        return all(one.holds(number) for one, number in both) or any(number > one.most for one, number in both)

    until(deadline, settled)
    spans = _entries(stores, fired, deadline)
    return tuple(_compared(stores, entry, fired, wanted, counted(), spans))


@dataclass(frozen=True, slots=True)
class _Range:
    """What a count may be: a request without an answer may have been counted or not."""

    least: int
    most: int

    def holds(self, number: int) -> bool:
        return self.least <= number <= self.most

    def __str__(self) -> str:
        return f"{self.least:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"


def _compared(
    stores: Stores,
    entry: Entry,
    fired: Fired,
    wanted: tuple[_Range, _Range],
    counted: tuple[int, int],
    spans: Sequence[Span],
) -> Iterator[Expectation]:
    for what, one, number in zip(("requests", "errors"), wanted, counted, strict=True):
        yield Expectation(f"{one} {what} counted", one.holds(number), f"{number:,} of {described(entry)}")
    read = min(fired.answered, MOST_READ)
    sampled = not stores.traces.capabilities.unsampled
    if not sampled:
        yield Expectation(
            f"{read:,} traces kept", len(spans) == read, f"{len(spans):,} with the span of {entry.service}"
        )
    if read:
        yield _p95(stores, entry, fired, () if sampled else spans)


def _p95(stores: Stores, entry: Entry, fired: Fired, spans: Sequence[Span]) -> Expectation:
    """The 95th percentile of the histogram, held to that of the spans it was made of; where traces are sampled, to what
    was measured here.
    """
    histogram = durations(stores.metrics, entry, fired.began_ns, time.time_ns())
    if spans:
        truth, whose = nearest_rank(sorted(span.duration_ns / 1e9 for span in spans), _SHARE), "its spans"
    else:
        truth = nearest_rank(sorted(one.service_s for one in fired.attempts if one.answered), _SHARE)
        whose = "what was measured here"
    expected = f"p95 of {_ms(truth)} by {whose}"
    if not histogram:
        return Expectation(expected, met=False, found="there is no histogram of durations")
    found = quantile_of(histogram, _SHARE)
    apart = abs(bucket_of(histogram, found) - bucket_of(histogram, truth))
    return Expectation(expected, apart <= 1, f"{_ms(found)} by the histogram, {_apart(histogram, found, apart)}")


def _apart(histogram: Sequence[tuple[float, int]], found: float, apart: int) -> str:
    place = bucket_of(histogram, found)
    above, below = histogram[place][0], histogram[place - 1][0] if place else 0.0
    inside = f"{_ms(below)} to {_ms(above)}" if below else f"up to {_ms(above)}"
    inside = inside if math.isfinite(above) else f"above {_ms(below)}"
    return f"in its bucket {inside}" + (f", {apart} bucket{'s' * (apart > 1)} away" if apart else "")


def _ms(seconds: float) -> str:
    return duration(round(seconds * 1e9))


def described(entry: Entry) -> str:
    """Service and span in words."""
    return f"{entry.service} {entry.operation}".rstrip()


def below(spans: Sequence[Span], parent: str) -> list[Span]:
    """The spans whose parent is this one."""
    return [span for span in spans if span.parent_span_id == parent]


def _entries(stores: Stores, fired: Fired, deadline: float) -> list[Span]:
    """The spans that answered, of all requests or of those that are drawn."""
    answered = {one.trace_id: one.span_id for one in fired.attempts if one.answered}
    drawn = sorted(answered)
    if len(drawn) > MOST_READ:
        drawn = random.Random(fired.plan.seed).sample(drawn, MOST_READ)  # noqa: S311 - reproducible on purpose
    found: dict[str, Span] = {}

    def read() -> bool:
        missing = [trace_id for trace_id in drawn if trace_id not in found]
        for trace_id, spans in stores.traces.spans(missing).items():
            found.update((trace_id, span) for span in below(spans, answered[trace_id])[:1])
        return len(found) == len(drawn) or not stores.traces.capabilities.unsampled

    until(deadline, read)
    return list(found.values())
