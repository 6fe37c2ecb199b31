"""Which bars of a timeline are shown, and which of them share a row, so that a thousand spans stay readable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.timeline.parentage import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.model.timeline.bars import Bar, Timeline

#: Rows that are shown without being asked for all; errors and the critical path come on top where they need more.
MOST_ROWS = 200
#: Siblings that say the same share a row from this number on; below such a row two suffice.
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the waterfall: a bar, or repeats of one.

    `parent` and `children` are positions of rows (NONE: at the top); `hidden` counts the spans below that no row shows.
    """

    bars: tuple[int, ...]
    parent: int
    children: tuple[int, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows, parents before children. `hidden` counts the spans that no row shows, `repeated` those that share a row."""

    rows: tuple[Row, ...]
    tops: tuple[int, ...]
    hidden: int
    repeated: int


def rows_of(timeline: Timeline, *, expand: bool = False, most: int = MOST_ROWS) -> Rows:
    """The rows of a timeline. With `expand` each bar has its own.

    Otherwise siblings with the same service, name, kind and status share a row, unless something failed in or below
    them, and so do their children. Of what remains the longest rows are kept, up to `most`; rows with an error, rows of
    the critical path and all above them are always kept.
    """
    drafts = _drafts(timeline, expand=expand)
    keep = _kept(drafts, timeline, len(drafts) if expand else most)
    place = {draft: index for index, draft in enumerate(position for position in range(len(drafts)) if keep[position])}
    children: list[list[int]] = [[] for _ in place]
    tops: list[int] = []
    hidden = [0] * len(place)
    for position, (bars, parent) in enumerate(drafts):
        if keep[position]:
            (tops if parent == NONE else children[place[parent]]).append(place[position])
        elif parent == NONE or keep[parent]:
            lost = sum(timeline.bars[bar].size for bar in bars)
            if parent != NONE:
                hidden[place[parent]] += lost
    rows = tuple(
        Row(
            drafts[draft][0],
            place.get(drafts[draft][1], NONE),
            tuple(children[index]),
            hidden[index],
        )
        for draft, index in place.items()
    )
    shown = sum(len(row.bars) for row in rows)
    return Rows(rows, tuple(tops), len(timeline.bars) - shown, sum(len(row.bars) for row in rows if len(row.bars) > 1))


_Draft = tuple[tuple[int, ...], int]


def _drafts(timeline: Timeline, *, expand: bool) -> list[_Draft]:
    """(bars, position of the parent's draft), parents before children."""
    drafts: list[_Draft] = []
    pending: list[_Draft] = [
        (group, NONE) for group in reversed(_groups(timeline.bars, timeline.tops, 0 if expand else REPEATS))
    ]
    while pending:
        draft = pending.pop()
        drafts.append(draft)
        bars = draft[0]
        below: Sequence[int] = timeline.bars[bars[0]].children
        least = 0 if expand else REPEATS
        if len(bars) > 1:
            below = sorted(
                (child for bar in bars for child in timeline.bars[bar].children),
                key=lambda child: (timeline.bars[child].offset_ns, child),
            )
            least = 2
        pending.extend((group, len(drafts) - 1) for group in reversed(_groups(timeline.bars, below, least)))
    return drafts


def _groups(bars: Sequence[Bar], siblings: Iterable[int], least: int) -> list[tuple[int, ...]]:
    """Siblings grouped from `least` equal ones on (0: never), each group where its first stands."""
    if not least:
        return [(sibling,) for sibling in siblings]
    groups: dict[object, list[int]] = {}
    for sibling in siblings:
        bar = bars[sibling]
        span = bar.span
        key = (span.service, span.name, span.kind, span.status, bar.detached and span.parent_span_id)
        groups.setdefault(sibling if bar.troubled_within else key, []).append(sibling)
    split = ([tuple(group)] if len(group) >= least else [(sibling,) for sibling in group] for group in groups.values())
    return sorted((part for parts in split for part in parts), key=lambda part: (bars[part[0]].offset_ns, part[0]))


def _kept(drafts: Sequence[_Draft], timeline: Timeline, most: int) -> list[bool]:
    if len(drafts) <= most:
        return [True] * len(drafts)
    keep = [False] * len(drafts)
    weight = [sum(timeline.bars[bar].span.duration_ns for bar in bars) for bars, _ in drafts]
    telling = timeline.duration_ns // 200
    for position, (bars, _) in enumerate(drafts):
        own = sum(timeline.bars[bar].own_ns for bar in bars)
        if any(timeline.bars[bar].troubled for bar in bars) or (own and own >= telling):
            _keep_with_parents(position, drafts, keep)
    left = most - sum(keep)
    for position in sorted(range(len(drafts)), key=lambda position: (-weight[position], position)):
        if left <= 0:
            break
        left -= _keep_with_parents(position, drafts, keep)
    return keep


def _keep_with_parents(position: int, drafts: Sequence[_Draft], keep: list[bool]) -> int:
    added = 0
    while position != NONE and not keep[position]:
        keep[position] = True
        added += 1
        position = drafts[position][1]
    return added
