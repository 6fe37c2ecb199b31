"""The rows of one waterfall with everything between them, without recursion: traces may be as deep as they are long."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from phoenix_dev.model.quantity import count, duration
from phoenix_dev.model.timeline import rows_of
from phoenix_dev.model.timeline.failures import failures_by_bar, origins
from phoenix_dev.model.timeline.moments import moments_of
from phoenix_dev.render import style
from phoenix_dev.render.attributes import telling
from phoenix_dev.render.line import Line
from phoenix_dev.render.waterfall.guides import guides_of
from phoenix_dev.render.waterfall.layout import Label, guide_room, layout_for
from phoenix_dev.render.waterfall.moments import moment_line, with_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from phoenix_dev.model.span import SpanLink
    from phoenix_dev.model.timeline import Bar, Row, Timeline

_Value = TypeVar("_Value")

#: Links named below one span, unless all are asked for.
_MOST_LINKS = 3


class Tree:
    """A timeline laid out for a width; once drawn, `folded` tells whether `--expand` would show more."""

    def __init__(
        self, timeline: Timeline, *, width: int, colours: style.Colours, clip: bool, logs: bool, expand: bool
    ) -> None:
        found = rows_of(timeline, expand=expand)
        self._timeline = timeline
        self._rows = found.rows
        self._hidden = found.hidden - sum(row.hidden for row in found.rows)
        self._logs = logs
        self._expand = expand
        self.folded = bool(found.hidden or found.repeated)
        self._tops = _by_missing_parent(found.tops, self._first)
        detached = {top for top in found.tops if self._first(top).detached}
        self._guides = guides_of(self._rows, detached, guide_room(width))
        self._failures = failures_by_bar(timeline, every=expand)
        self._names = {bar.span.span_id: f"{bar.span.service} · {bar.span.name}" for bar in timeline.bars}
        self._origins = frozenset(origins(timeline))
        self._gaps = _grouped((gap.bar, gap) for gap in timeline.gaps)
        self._waited = _grouped((bar, (start, end)) for bar, start, end in timeline.path)
        self._labels = [self._label(index) for index in range(len(self._rows))]
        self._layout = layout_for(self._labels, total_ns=timeline.duration_ns, width=width, colours=colours, clip=clip)

    def lines(self) -> Iterator[Line]:
        """The axis and everything below it."""
        yield self._layout.labels()
        shown: object = None
        for top in self._tops:
            bar = self._first(top)
            reason = (bar.detached, bar.span.parent_span_id)
            if bar.detached and reason != shown:
                yield self._marker(bar)
            shown = reason
            yield from self._under(top)
        if self._hidden:
            text = f"… {count(self._hidden, 'more span')}: --expand"
            yield self._layout.between("").add(text, style.DIM)

    def _under(self, top: int) -> Iterator[Line]:
        pending: list[int | Line] = [top]
        while pending:
            item = pending.pop()
            if isinstance(item, Line):
                yield item
            else:
                yield self._row(item)
                pending.extend(reversed(list(self._below(item))))

    def _row(self, index: int) -> Line:
        row = self._rows[index]
        bars = [self._timeline.bars[bar] for bar in row.bars]
        return self._layout.row(
            self._labels[index],
            [(bar.offset_ns, bar.end_ns) for bar in bars],
            [stretch for bar in row.bars for stretch in self._waited.get(bar, ())],
            sum(bar.span.duration_ns for bar in bars),
            error=bars[0].span.status == "error",
            origin=row.bars[0] in self._origins,
            skewed=any(bar.skew_ns for bar in bars),
            root=row.bars[0] == self._timeline.root,
        )

    def _below(self, index: int) -> Iterator[int | Line]:
        """What stands under a row: what went wrong first, then logs, events, gaps and child rows by time."""
        row, guide = self._rows[index], self._guides[index]
        gaps = [gap for bar in row.bars for gap in self._gaps.get(bar, ())]
        moments, left_out = moments_of(row, self._timeline, gaps, logs=self._logs, expand=self._expand)
        yield from self._facts(row, guide.within(more=bool(row.children or row.hidden)))
        passed = 0
        for moment in moments:
            while passed < len(row.children) and self._first(row.children[passed]).offset_ns < moment.at_ns:
                yield row.children[passed]
                passed += 1
            more = passed < len(row.children) or bool(row.hidden)
            yield moment_line(moment, guide.within(more=more), self._layout)
        more = passed < len(row.children) or bool(row.hidden)
        if left_out:
            self.folded = True
            text = f"… {count(left_out, 'more log or event' if left_out == 1 else 'more logs and event')}: --expand"
            yield self._layout.between(guide.within(more=more)).add(text, style.DIM)
        yield from row.children[passed:]
        if row.hidden:
            yield self._layout.between(guide.last).add(f"… {count(row.hidden, 'more span')}: --expand", style.DIM)

    def _facts(self, row: Row, prefix: str) -> Iterator[Line]:
        for index in row.bars:
            bar = self._timeline.bars[index]
            for failure in self._failures.get(index, ()):
                yield from self._layout.failure(prefix, failure.message, failure.place, origin=index in self._origins)
        bar = self._timeline.bars[row.bars[0]]
        above = self._timeline.bars[bar.parent].skew_ns if bar.parent >= 0 else 0
        if bar.skew_ns and (bar.skew_ns != above or bar.span.service != self._timeline.bars[bar.parent].span.service):
            yield self._skew(bar, prefix)
        links = [link for index in row.bars for link in self._timeline.bars[index].span.links]
        most = len(links) if self._expand else _MOST_LINKS
        for link in links[:most]:
            yield self._link(link, prefix)
        if len(links) > most:
            self.folded = True
            text = f"→ … {count(len(links) - most, 'more link')}: --expand"
            yield self._layout.between(prefix).add(text, style.DIM)

    def _skew(self, bar: Bar, prefix: str) -> Line:
        sign = "+" if bar.skew_ns > 0 else "−"
        text = f"≈ clock of {bar.span.service} corrected by {sign}{duration(abs(bar.skew_ns))}"
        return self._layout.between(prefix).add(text, style.DIM)

    def _link(self, link: SpanLink, prefix: str) -> Line:
        line = self._layout.between(prefix).add("→ ", style.DIM)
        if link.trace_id != self._timeline.trace.trace_id:
            line.add(f"trace {link.trace_id} ")
        line.add_whole(f"span {link.span_id}")
        if link.trace_id == self._timeline.trace.trace_id and link.span_id in self._names:
            line.add(f"  {self._names[link.span_id]}")
        return with_attributes(line, telling(link.attributes))

    def _marker(self, bar: Bar) -> Line:
        if bar.detached == "loop":
            return self._layout.between("").add("? parents form a loop, cut here", style.WARN)
        return self._layout.between("").add(f"? parent {bar.span.parent_span_id} not received", style.WARN)

    def _label(self, index: int) -> Label:
        row = self._rows[index]
        bars = [self._timeline.bars[bar] for bar in row.bars]
        suffix = ""
        if len(bars) > 1:
            suffix = f" ×{len(bars):,} ≤ {duration(max(bar.span.duration_ns for bar in bars))}"
        return Label(bars[0].span.service, self._guides[index].head, bars[0].span.name or "(no name)", suffix)

    def _first(self, index: int) -> Bar:
        return self._timeline.bars[self._rows[index].bars[0]]


def _by_missing_parent(tops: tuple[int, ...], bar_of: Callable[[int], Bar]) -> list[int]:
    """Tops in order, those that miss the same parent together where the first of them stands."""
    groups: dict[object, list[int]] = {}
    for top in tops:
        bar = bar_of(top)
        groups.setdefault(bar.span.parent_span_id if bar.detached == "missing" else top, []).append(top)
    return [top for group in groups.values() for top in group]


def _grouped(pairs: Iterable[tuple[int, _Value]]) -> Mapping[int, list[_Value]]:
    groups: dict[int, list[_Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
