"""Selectors: which samples count at a step, and which lie in a window."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from operator import ne
from typing import TYPE_CHECKING

from phoenix_dev.promql.allowance import MOST_STEPS
from phoenix_dev.promql.rows import Row, same
from phoenix_dev.promql.source import Stream, is_stale
from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import RangeSelector, Selector, Subquery
    from phoenix_dev.promql.rows import Vector

#: How long a sample counts (Prometheus, `query.lookback-delta`).
LOOKBACK_MS = 5 * 60_000
#: The step of a subquery that does not say one: how often compose/prometheus evaluates rules.
SUBQUERY_STEP_MS = 15_000
#: Steps of a subquery that are evaluated at once: of series that are seldom there, only what there is is held.
_TOGETHER = 10_000


def instants(evaluation: Evaluation, selector: Selector, *, times: bool = False) -> Vector:
    """The newest sample of each series at each step, no older than five minutes and not followed by its series' end.
    With `times` not its value but its own time, in seconds.
    """
    looked_at = evaluation.times(selector.when)
    streams = evaluation.streams(selector.matchers, min(looked_at) - LOOKBACK_MS + 1, max(looked_at))
    rows: Vector = []
    for stream in streams:
        found = _newest(stream, looked_at, times=times)
        if any(value is not None for value in found):
            rows.append(Row(stream.labels, found))
    return rows


def _newest(stream: Stream, looked_at: Sequence[int], *, times: bool) -> list[float | None]:
    sampled, values = stream.times_ms, stream.values
    found: list[float | None] = []
    for time in looked_at:
        place = bisect_right(sampled, time) - 1
        if place < 0 or sampled[place] <= time - LOOKBACK_MS:
            found.append(None)
            continue
        value = values[place]
        if value != value and is_stale(value):
            found.append(None)
        else:
            found.append(sampled[place] / 1000 if times else value)
    return found


def ranges(evaluation: Evaluation, node: RangeSelector) -> tuple[Sequence[Stream], Sequence[int], int]:
    """The samples of each series, without ends; see `Evaluation.windows`."""
    ends = evaluation.times(node.selector.when)
    streams = evaluation.streams(node.selector.matchers, min(ends) - node.range_ms + 1, max(ends))
    return [_without_ends(stream) for stream in streams], ends, node.range_ms


def _without_ends(stream: Stream) -> Stream:
    values = stream.values
    if not any(map(ne, values, values)):  # only NaN is not itself
        return stream
    kept = [place for place, value in enumerate(values) if value == value or not is_stale(value)]
    return Stream(stream.labels, [stream.times_ms[place] for place in kept], [values[place] for place in kept])


def subquery(evaluation: Evaluation, node: Subquery) -> tuple[Sequence[Stream], Sequence[int], int]:
    """What an expression gave at times that are whole multiples of the step; see `Evaluation.windows`."""
    ends = evaluation.times(node.when)
    step = node.step_ms or SUBQUERY_STEP_MS
    first = (min(ends) - node.range_ms) // step * step + step
    steps = range(first, max(ends) + 1, step)
    if len(steps) > MOST_STEPS:
        raise WrongExpression(f"a subquery of it has {len(steps):,} steps, which is more than {MOST_STEPS:,}")
    found: dict[Hashable, Stream] = {}
    for begin in range(0, len(steps), _TOGETHER):
        some = steps[begin : begin + _TOGETHER]
        for row in evaluation.at(some).rows(node.expression):
            stream = found.setdefault(same(row.labels), Stream(row.labels, array("q"), array("d")))
            evaluation.allowance.read(_add(stream, row, some))
    return list(found.values()), ends, node.range_ms


def _add(stream: Stream, row: Row, steps: range) -> int:
    """Put what a series has at some steps behind what it had before; how much that is."""
    assert isinstance(stream.times_ms, array) and isinstance(stream.values, array)  # noqa: PT018 - one thing
    before = len(stream.values)
    for step, value in zip(steps, row.values, strict=True):
        if value is not None:
            stream.times_ms.append(step)
            stream.values.append(value)
    return len(stream.values) - before
