"""A trace laid out: every span in its place in the tree and on one time axis, with what the request waited on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from phoenix_dev.model.timeline.critical import critical_stretches
from phoenix_dev.model.timeline.parentage import NONE, Detached, parents_of
from phoenix_dev.model.timeline.skew import shift_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.span import Span, Trace
    from phoenix_dev.model.timeline.critical import Stretch

_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Bar:
    """One span in its place. Times are nanoseconds; positions point into `Timeline.bars`.

    `offset_ns` is the corrected start, counted from the start of the timeline. `skew_ns` was added to the times as
    sent (0: none). `size` counts the bars of the subtree, this one included; they follow it directly. `own_ns` is the
    part of the critical path that is this span's own. `troubled`: status error, an exception event or a log of level
    ERROR and above; `troubled_within`: that, here or anywhere below.
    """

    span: Span
    offset_ns: int
    skew_ns: int
    parent: int
    children: tuple[int, ...]
    size: int
    detached: Detached
    logs: tuple[LogRecord, ...]
    own_ns: int
    troubled: bool
    troubled_within: bool

    @property
    def end_ns(self) -> int:
        """The corrected end, counted from the start of the timeline."""
        return self.offset_ns + self.span.duration_ns

    def placed_ns(self, time_ns: int) -> int:
        """Where a moment of this span, as sent, lies on the timeline: one clock, one correction."""
        return time_ns - self.span.start_ns + self.offset_ns


@dataclass(frozen=True, slots=True)
class Gap:
    """A long stretch of the critical path inside a span with children, in which none of them ran."""

    bar: int
    offset_ns: int
    duration_ns: int


@dataclass(frozen=True)
class Timeline:
    """Every span of a trace once, parents before children, siblings by corrected start. `start_ns` is Unix time.

    `tops` are the bars without a parent here, `root` the first of them that names none, else the first (NONE without
    spans). `logs` are those of no span that is here. `path` is the critical path under `root`.
    """

    trace: Trace
    start_ns: int
    duration_ns: int
    bars: tuple[Bar, ...]
    tops: tuple[int, ...]
    root: int
    logs: tuple[LogRecord, ...]
    path: tuple[Stretch, ...]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Stretches of at least 1 ms and 15 % of the trace, by time."""
        least = max(_MILLISECOND, self.duration_ns * 15 // 100)
        long = [stretch for stretch in self.path if stretch[2] - stretch[1] >= least]
        return tuple(Gap(bar, start, end - start) for bar, start, end in long if self._is_bare(bar, start, end))

    def _is_bare(self, bar: int, start: int, end: int) -> bool:
        children = self.bars[bar].children
        return bool(children) and not any(
            self.bars[child].offset_ns < end and self.bars[child].end_ns > start for child in children
        )


def timeline_of(trace: Trace) -> Timeline:
    """Lay a trace out. Never raises, whatever the spans say of each other; linear in spans and logs but for sorting."""
    spans, forest = trace.spans, _forest(trace.spans)
    zero = min(forest.starts, default=trace.start_ns)
    ends = (start + span.duration_ns for start, span in zip(forest.starts, spans, strict=True))
    root = next((top for top in forest.tops if not forest.detached[top]), forest.tops[0] if spans else NONE)
    path = critical_stretches(root, spans, [start - zero for start in forest.starts], forest.children) if spans else []
    logs = _logs_by_span(trace)
    order = _preorder(forest)
    place = {position: index for index, position in enumerate(order)}
    return Timeline(
        trace=trace,
        start_ns=zero,
        duration_ns=max(ends, default=trace.end_ns) - zero,
        bars=_bars(spans, forest, zero, path, logs, order, place),
        tops=tuple(place[top] for top in forest.tops),
        root=place[root] if spans else NONE,
        logs=tuple(logs.get(NONE, ())),
        path=tuple((place[position], begin, finish) for position, begin, finish in path),
    )


def shifts_of(spans: Sequence[Span]) -> list[int]:
    """Of each span of a trace, what is to be added to its times as sent (nanoseconds): callers' clocks count."""
    return _forest(spans).shifts


@dataclass(frozen=True, slots=True)
class _Forest:
    """Spans by position: who stands under whom, siblings by corrected start, and the corrections."""

    parents: list[int]
    detached: list[Detached]
    children: list[list[int]]
    tops: list[int]
    shifts: list[int]
    starts: list[int]


def _forest(spans: Sequence[Span]) -> _Forest:
    parents, detached = parents_of(spans)
    children: list[list[int]] = [[] for _ in spans]
    tops: list[int] = []
    for position, parent in enumerate(parents):
        (tops if parent == NONE else children[parent]).append(position)
    shifts = _shifts(spans, tops, children)
    starts = [span.start_ns + shift for span, shift in zip(spans, shifts, strict=True)]
    for siblings in (tops, *children):
        siblings.sort(key=lambda position: (starts[position], position))
    return _Forest(parents, detached, children, tops, shifts, starts)


def _bars(
    spans: Sequence[Span],
    forest: _Forest,
    zero: int,
    path: Sequence[Stretch],
    logs: Mapping[int, Sequence[LogRecord]],
    order: Sequence[int],
    place: Mapping[int, int],
) -> tuple[Bar, ...]:
    own: dict[int, int] = defaultdict(int)
    for position, begin, finish in path:
        own[position] += finish - begin
    troubled = [_is_troubled(span, logs.get(position, ())) for position, span in enumerate(spans)]
    sizes, within = _totals(order, forest.parents, troubled)
    return tuple(
        Bar(
            span=spans[position],
            offset_ns=forest.starts[position] - zero,
            skew_ns=forest.shifts[position],
            parent=place.get(forest.parents[position], NONE),
            children=tuple(place[child] for child in forest.children[position]),
            size=sizes[position],
            detached=forest.detached[position],
            logs=tuple(logs.get(position, ())),
            own_ns=own[position],
            troubled=troubled[position],
            troubled_within=within[position],
        )
        for position in order
    )


def _shifts(spans: Sequence[Span], tops: Sequence[int], children: Sequence[Sequence[int]]) -> list[int]:
    shifts = [0] * len(spans)
    pending = list(tops)
    while pending:
        parent = pending.pop()
        for child in children[parent]:
            shifts[child] = shift_of(spans[child], spans[parent], shifts[parent])
            pending.append(child)
    return shifts


def _preorder(forest: _Forest) -> list[int]:
    order: list[int] = []
    pending = forest.tops[::-1]
    while pending:
        position = pending.pop()
        order.append(position)
        pending.extend(reversed(forest.children[position]))
    return order


def _totals(order: Sequence[int], parents: Sequence[int], troubled: Sequence[bool]) -> tuple[list[int], list[bool]]:
    """For each span how many stand in its subtree, itself included, and whether one of them is troubled."""
    sizes, within = [1] * len(order), list(troubled)
    for position in reversed(order):
        parent = parents[position]
        if parent != NONE:
            sizes[parent] += sizes[position]
            within[parent] = within[parent] or within[position]
    return sizes, within


def _logs_by_span(trace: Trace) -> dict[int, list[LogRecord]]:
    by_id: dict[str, int] = {}
    by_service: dict[tuple[str, str], int] = {}
    for position, span in enumerate(trace.spans):
        by_id.setdefault(span.span_id, position)
        by_service.setdefault((span.span_id, span.service), position)
    by_id.pop("", None)
    found: dict[int, list[LogRecord]] = {}
    for record in trace.logs:
        position = by_id.get(record.span_id, NONE)
        if position != NONE:
            position = by_service.get((record.span_id, record.service), position)
        found.setdefault(position, []).append(record)
    for records in found.values():
        records.sort(key=lambda record: record.time_ns)
    return found


def _is_troubled(span: Span, logs: Sequence[LogRecord]) -> bool:
    return (
        span.status == "error"
        or any(event.name == "exception" for event in span.events)
        or any(record.is_error for record in logs)
    )
