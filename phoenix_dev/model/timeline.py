"""A trace laid out: every span in its place in the tree and on one time axis, with what the request waited on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from phoenix_dev.model.critical import critical_stretches
from phoenix_dev.model.parentage import NONE, Detached, parents_of
from phoenix_dev.model.skew import shift_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.critical import Stretch
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.span import Span, Trace

_MILLISECOND = 1_000_000
_ERROR_SEVERITY = 17


@dataclass(frozen=True, slots=True)
class Bar:
    """One span in its place. Times are nanoseconds; positions point into `Timeline.bars`.

    `offset_ns` is the corrected start, counted from the start of the timeline. `skew_ns` was added to the times as sent (0: none).
    `own_ns` is the part of the critical path that is this span's own. `troubled`: status error, an exception event or a log of level
    ERROR and above; `troubled_within`: that, here or anywhere below.
    """

    span: Span
    offset_ns: int
    skew_ns: int
    parent: int
    depth: int
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
        """Where a moment of this span, as sent, lies on the timeline: the span's own clock is off by as much as the span."""
        return time_ns - self.span.start_ns + self.offset_ns


@dataclass(frozen=True, slots=True)
class Gap:
    """A long stretch of the critical path inside a span with children, in which none of them ran."""

    bar: int
    offset_ns: int
    duration_ns: int


@dataclass(frozen=True)
class Timeline:
    """Every span of a trace once, parents before children, siblings by corrected start. `start_ns` is Unix time, corrected.

    `tops` are the bars without a parent here, `root` the first of them that names none, else the first (NONE without spans). `logs` are
    those of no span that is here. `path` is the critical path under `root`.
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
        """Stretches of at least 1 ms and a tenth of the trace, by time."""
        least = max(_MILLISECOND, self.duration_ns // 10)
        long = [stretch for stretch in self.path if stretch[2] - stretch[1] >= least]
        return tuple(Gap(bar, start, end - start) for bar, start, end in long if self._is_bare(bar, start, end))

    def _is_bare(self, bar: int, start: int, end: int) -> bool:
        children = self.bars[bar].children
        return bool(children) and not any(
            self.bars[child].offset_ns < end and self.bars[child].end_ns > start for child in children
        )


def timeline_of(trace: Trace) -> Timeline:
    """Lay a trace out. Never raises, whatever the spans say of each other; takes time linear in spans and logs, but for sorting."""
    spans = trace.spans
    parents, detached = parents_of(spans)
    children: list[list[int]] = [[] for _ in spans]
    tops: list[int] = []
    for position, parent in enumerate(parents):
        (tops if parent == NONE else children[parent]).append(position)
    shifts = _shifts(spans, tops, children)
    starts = [span.start_ns + shift for span, shift in zip(spans, shifts, strict=True)]
    for siblings in (tops, *children):
        siblings.sort(key=lambda position: (starts[position], position))
    zero = min(starts, default=trace.start_ns)
    offsets = [start - zero for start in starts]
    end = max(
        (offset + span.duration_ns for offset, span in zip(offsets, spans, strict=True)), default=trace.duration_ns
    )
    logs = _logs_by_span(trace)
    order, depths = _preorder(tops, children)
    root = next((top for top in tops if not detached[top]), tops[0] if tops else NONE)
    path = critical_stretches(root, spans, offsets, children) if spans else []
    place = {position: index for index, position in enumerate(order)}
    own: dict[int, int] = defaultdict(int)
    for position, begin, finish in path:
        own[position] += finish - begin
    troubled = [_is_troubled(span, logs.get(position, ())) for position, span in enumerate(spans)]
    sizes, within = _totals(order, parents, troubled)
    bars = tuple(
        Bar(
            span=spans[position],
            offset_ns=offsets[position],
            skew_ns=shifts[position],
            parent=place[parents[position]] if parents[position] != NONE else NONE,
            depth=depths[position],
            children=tuple(place[child] for child in children[position]),
            size=sizes[position],
            detached=detached[position],
            logs=tuple(logs.get(position, ())),
            own_ns=own[position],
            troubled=troubled[position],
            troubled_within=within[position],
        )
        for position in order
    )
    return Timeline(
        trace=trace,
        start_ns=zero,
        duration_ns=end,
        bars=bars,
        tops=tuple(place[top] for top in tops),
        root=place[root] if spans else NONE,
        logs=tuple(logs.get(NONE, ())),
        path=tuple((place[position], begin, finish) for position, begin, finish in path),
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


def _preorder(tops: Sequence[int], children: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    depths = [0] * len(children)
    order: list[int] = []
    pending = list(reversed(tops))
    while pending:
        position = pending.pop()
        order.append(position)
        for child in reversed(children[position]):
            depths[child] = depths[position] + 1
            pending.append(child)
    return order, depths


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
        or any(record.severity_number >= _ERROR_SEVERITY for record in logs)
    )
