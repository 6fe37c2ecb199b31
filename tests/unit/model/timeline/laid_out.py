"""Traces laid out, and what tests ask of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from phoenix_dev.model.timeline import timeline_of
from tests.unit.render.samples import trace

if TYPE_CHECKING:
    from phoenix_dev.model.span import Span
    from phoenix_dev.model.timeline import Timeline


def laid_out(*spans: Span) -> Timeline:
    return timeline_of(trace(spans))


def tree_of(timeline: Timeline) -> list[tuple[str, str]]:
    """(name, name of the parent), in the order shown."""
    bars = timeline.bars
    return [(bar.span.name, bars[bar.parent].span.name if bar.parent >= 0 else "") for bar in bars]


def own(timeline: Timeline) -> dict[str, int]:
    """Milliseconds of each name on the critical path."""
    spent: Counter[str] = Counter()
    for index, start, end in timeline.path:
        spent[timeline.bars[index].span.name] += end - start
    return {name: ns // 1_000_000 for name, ns in spent.items()}
