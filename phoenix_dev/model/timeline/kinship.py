"""How the traces of one request belong together where the trace context was lost between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.timeline.bars import Bar, Timeline


def relation(timeline: Timeline, earlier: Sequence[Timeline]) -> str:
    """One sentence on where a trace stands to those before it; empty for the first."""
    if not earlier or not timeline.bars:
        return ""
    begin, end = timeline.start_ns, timeline.start_ns + timeline.duration_ns
    calls = [(bar.span.duration_ns, number, bar) for number, bar in _open_calls(earlier, begin, end)]
    if calls:
        _, number, bar = min(calls, key=lambda call: call[:2])
        return f"context lost: probably called by {bar.span.service} · {bar.span.name} of trace {number + 1}"
    apart = begin - earlier[0].start_ns
    return f"begins {duration(max(0, apart))} after trace 1"


def _open_calls(earlier: Sequence[Timeline], begin: int, end: int) -> Iterator[tuple[int, Bar]]:
    """Calls whose time encloses the trace and that nobody is seen to have answered."""
    for number, timeline in enumerate(earlier):
        for bar in timeline.bars:
            start = timeline.start_ns + bar.offset_ns
            answered = any(timeline.bars[child].span.service != bar.span.service for child in bar.children)
            if bar.span.kind in ("client", "producer") and not answered and start <= begin:
                stop = start + bar.span.duration_ns
                if end <= stop or (bar.span.kind == "client" and begin <= stop and bar.span.status == "error"):
                    yield number, bar
