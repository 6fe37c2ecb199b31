"""The critical path: at every moment of a request, the one span that it really waited on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.timeline.skew import overhang

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.span import Span

#: (position of the span, start, end): the span worked itself, or waited on something that no span tells of.
Stretch = tuple[int, int, int]


def critical_stretches(
    top: int, spans: Sequence[Span], starts: Sequence[int], children: Sequence[Sequence[int]]
) -> list[Stretch]:
    """The critical path of the tree under `top`, by time, without overlap; `starts` are corrected.

    Walked backwards from the end: a span waits on that child which ended last before it went on, then on the one that
    ended before that child began, and so on. What lasts longer than the span that started it, or is a message, was not
    waited on.
    """
    found: list[Stretch] = []
    pending = [(top, starts[top], starts[top] + spans[top].duration_ns)]
    while pending:
        position, low, high = pending.pop()
        cursor = high
        for end, child in _by_end(position, high, spans, starts, children):
            start = max(starts[child], low)
            if end > cursor or start >= end:
                continue
            if end < cursor:
                found.append((position, end, cursor))
            pending.append((child, start, end))
            cursor = start
        if low < cursor:
            found.append((position, low, cursor))
    return sorted(found, key=lambda stretch: stretch[1:])


def _by_end(
    position: int, high: int, spans: Sequence[Span], starts: Sequence[int], children: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    """(end, child) of the children that were waited on, the last to end first, the longer first among equals."""
    parent, parent_start = spans[position], starts[position]
    limit = parent_start + parent.duration_ns
    waited = []
    for child in children[position]:
        span, end = spans[child], starts[child] + spans[child].duration_ns
        message = parent.kind == "producer" and span.kind == "consumer"
        call = parent.kind == "client" and span.service != parent.service
        if not message and (call or end <= limit + overhang(parent)):
            waited.append((min(end, high), child))
    waited.sort(key=lambda pair: (-pair[0], starts[pair[1]], pair[1]))
    return waited
