"""A trace as the lines of its waterfall on the page: what the terminal shows, with bars in percent of the width."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from phoenix_dev.model.log import LogRecord
from phoenix_dev.model.quantity import clock, count, duration
from phoenix_dev.model.timeline import Gap, rows_of
from phoenix_dev.model.timeline.failures import failures_by_bar
from phoenix_dev.model.timeline.moments import moments_of
from phoenix_dev.web.hues import hue_of
from phoenix_dev.web.span_keys import span_keys
from phoenix_dev.web.values import pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.span import SpanLink
    from phoenix_dev.model.timeline import Bar, Row, Timeline
    from phoenix_dev.model.timeline.failures import Failure
    from phoenix_dev.model.timeline.moments import Moment

#: Rows that a page has at first, and at most.
FIRST_ROWS = 300
MOST_ROWS = 10_000
#: Lines between the rows; all of a trace's, and of one row's failures and links.
_MOST_NOTES = 5_000
_MOST_OF_A_ROW = 5
#: Levels of the tree that are told apart by their place.
_DEEPEST = 24
#: The narrowest bar that is seen, in percent.
_NARROWEST = 0.25

#: Left and width, in percent of the axis.
Rect = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SpanLine:
    """A bar, or repeats of one. `key` names its first span in URLs; `enters` tells that the row above it in the tree is
    another service's.
    """

    key: str
    depth: int
    service: str
    hue: int
    name: str
    bars: tuple[Rect, ...]
    path: tuple[Rect, ...]
    lasted: str
    repeats: str
    enters: bool
    error: bool
    skewed: bool
    line: str = field(default="span", init=False)


@dataclass(frozen=True, slots=True)
class NoteLine:
    """Anything between the bars: `mark` says what, `at` (percent) where on the axis, empty where nowhere."""

    line: Literal["failure", "log", "event", "gap", "link", "skew", "more", "lost"]
    depth: int
    mark: str
    text: str
    at: str = ""
    when: str = ""
    level: str = ""
    pairs: tuple[str, ...] = ()
    width: str = ""
    target: str = ""


Lines = list[SpanLine | NoteLine]


class Waterfall:
    """The lines of a timeline. `left_out` counts the spans that no line shows, `folded` those that share one."""

    def __init__(self, timeline: Timeline, *, expand: bool) -> None:
        fits = len(timeline.bars) <= MOST_ROWS
        found = rows_of(timeline, expand=expand and fits, most=MOST_ROWS if expand else FIRST_ROWS)
        self._timeline = timeline
        self._rows = found.rows
        self._tops = found.tops
        self._expand = expand
        self._keys = span_keys(timeline)
        self._failures = failures_by_bar(timeline)
        self._paths: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for bar, start, end in timeline.path:
            self._paths[bar].append((start, end))
        self._gaps: dict[int, list[Gap]] = defaultdict(list)
        for gap in timeline.gaps:
            self._gaps[gap.bar].append(gap)
        self._notes = 0
        self.left_out = found.hidden
        self.folded = found.repeated
        self.lines = self._all()

    def percent(self, ns: int) -> float:
        """Where a moment lies on the axis."""
        return 100 * min(max(ns, 0) / max(1, self._timeline.duration_ns), 1.0)

    def _all(self) -> Lines:
        lines: Lines = []
        missing: object = None
        for top in self._tops:
            bar = self._first(self._rows[top])
            reason = (bar.detached, bar.span.parent_span_id) if bar.detached else None
            if reason and reason != missing:
                lines.append(_lost(bar))
            missing = reason
            pending: list[tuple[int, int] | NoteLine] = [(top, 0)]
            while pending:
                item = pending.pop()
                if isinstance(item, NoteLine):
                    lines.append(item)
                else:
                    index, depth = item
                    lines.append(self._span(self._rows[index], depth))
                    pending.extend(reversed(list(self._below(self._rows[index], depth + 1))))
        return lines

    def _span(self, row: Row, depth: int) -> SpanLine:
        bars = [self._timeline.bars[index] for index in row.bars]
        first = bars[0]
        rects = tuple(self._rects([(bar.offset_ns, bar.end_ns) for bar in bars]))
        spent = sum(bar.span.duration_ns for bar in bars)
        longest = max(bar.span.duration_ns for bar in bars)
        return SpanLine(
            key=self._keys[row.bars[0]],
            depth=min(depth, _DEEPEST),
            service=first.span.service,
            hue=hue_of(first.span.service),
            name=first.span.name or "(no name)",
            bars=rects,
            path=tuple(self._rects([stretch for index in row.bars for stretch in self._paths.get(index, ())])),
            lasted=duration(spent),
            repeats=f"×{len(bars):,} ≤ {duration(longest)}" if len(bars) > 1 else "",
            enters=row.parent < 0 or self._first(self._rows[row.parent]).span.service != first.span.service,
            error=first.span.status == "error",
            skewed=any(bar.skew_ns for bar in bars),
        )

    def _rects(self, stretches: Sequence[tuple[int, int]]) -> Iterator[Rect]:
        """Bars as they are seen: what would lie within the width of a hair of the one before becomes part of it."""
        left = right = -1.0
        for start_ns, end_ns in sorted(stretches) if len(stretches) > 1 else stretches:
            start = min(self.percent(start_ns), 100 - _NARROWEST)
            end = max(self.percent(end_ns), start + _NARROWEST)
            if right < 0 or start > right + _NARROWEST / 2:
                if right >= 0:
                    yield _number(left), _number(right - left)
                left, right = start, end
            else:
                right = max(right, end)
        if right >= 0:
            yield _number(left), _number(right - left)

    def _below(self, row: Row, depth: int) -> Iterator[tuple[int, int] | NoteLine]:
        """What stands under a row, as in the terminal: what went wrong, then moments and child rows by time."""
        shown = min(depth, _DEEPEST)
        yield from self._facts(row, shown)
        gaps = [gap for index in row.bars for gap in self._gaps.get(index, ())]
        moments, left_out = self._moments(row, gaps)
        passed = 0
        for moment in moments:
            while passed < len(row.children) and self._first(self._rows[row.children[passed]]).offset_ns < moment.at_ns:
                yield row.children[passed], depth
                passed += 1
            if self._notes < _MOST_NOTES:
                self._notes += 1
                yield self._moment(moment, shown)
        if left_out:
            yield NoteLine("more", shown, "…", count(left_out, "more log or event"), target=self._keys[row.bars[0]])
        for child in row.children[passed:]:
            yield child, depth
        if row.hidden:
            yield NoteLine("more", shown, "…", count(row.hidden, "more span"))

    def _moments(self, row: Row, gaps: list[Gap]) -> tuple[list[Moment], int]:
        bars = (self._timeline.bars[index] for index in row.bars)
        if not gaps and not any(bar.logs or bar.span.events for bar in bars):
            return [], 0  # most spans of a large trace say nothing
        return moments_of(row, self._timeline, gaps, logs=True, expand=False)

    def _facts(self, row: Row, depth: int) -> Iterator[NoteLine]:
        for failure in self._failures_of(row)[:_MOST_OF_A_ROW]:
            yield NoteLine("failure", depth, "✗", failure.brief, when=failure.place)
        first = self._first(row)
        above = self._timeline.bars[first.parent] if first.parent >= 0 else None
        if first.skew_ns and (
            above is None or first.skew_ns != above.skew_ns or first.span.service != above.span.service
        ):
            sign = "+" if first.skew_ns > 0 else "−"
            text = f"clock of {first.span.service} corrected by {sign}{duration(abs(first.skew_ns))}"
            yield NoteLine("skew", depth, "≈", text)
        links = [link for index in row.bars for link in self._timeline.bars[index].span.links]
        for link in links[:_MOST_OF_A_ROW]:
            yield self._link(link, depth)
        if len(links) > _MOST_OF_A_ROW:
            text = count(len(links) - _MOST_OF_A_ROW, "more link")
            yield NoteLine("more", depth, "→", text, target=self._keys[row.bars[0]])

    def _failures_of(self, row: Row) -> list[Failure]:
        return [failure for index in row.bars for failure in self._failures.get(index, ())]

    def _link(self, link: SpanLink, depth: int) -> NoteLine:
        elsewhere = link.trace_id != self._timeline.trace.trace_id
        text = f"linked to span {link.span_id}" + (f" of trace {link.trace_id}" if elsewhere else " of this trace")
        target = f"/trace/{link.trace_id}?span={link.span_id}" if link.trace_id else ""
        return NoteLine("link", depth, "→", text, target=target)

    def _moment(self, moment: Moment, depth: int) -> NoteLine:
        what, at = moment.what, _number(self.percent(moment.at_ns))
        if isinstance(what, Gap):
            width = _number(self.percent(what.duration_ns))
            return NoteLine(
                "gap", depth, "┄", f"gap of {duration(what.duration_ns)}: no span says why", at, width=width
            )
        if isinstance(what, LogRecord):
            level = what.level or "LOG"
            return NoteLine(
                "log", depth, level, what.message, at, clock(what.time_ns), level, pairs_of(what.attributes)
            )
        return NoteLine("event", depth, "•", what.name, at, clock(what.time_ns), pairs=pairs_of(what.attributes))

    def _first(self, row: Row) -> Bar:
        return self._timeline.bars[row.bars[0]]


def ticks(total_ns: int, most: int = 6) -> list[tuple[str, str]]:
    """Round times along an axis: where (percent), and in words."""
    if total_ns <= 0:
        return [("0", "0")]
    step = 1
    while total_ns // step > most:
        step = next(step * by for by in (2, 5, 10) if total_ns // (step * by) <= most or by == 10)
    return [(_number(100 * at / total_ns), duration(at) if at else "0") for at in range(0, total_ns, step)]


def _lost(bar: Bar) -> NoteLine:
    if bar.detached == "loop":
        return NoteLine("lost", 0, "?", "the parents of these spans form a loop, which is cut here")
    return NoteLine("lost", 0, "?", f"their parent {bar.span.parent_span_id} has not been received")


def _number(percent: float) -> str:
    return f"{percent:.2f}".rstrip("0").rstrip(".")
