"""What the spans of a trace are called in addresses."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.timeline import Timeline


def span_keys(timeline: Timeline) -> list[str]:
    """A name for each bar that no other bar has: the span's ID, with a number where several share one."""
    seen: dict[str, int] = defaultdict(int)
    keys = []
    for bar in timeline.bars:
        known = bar.span.span_id or "none"
        keys.append(f"{known}~{seen[known]}" if seen[known] else known)
        seen[known] += 1
    return keys


def span_at(timeline: Timeline, key: str) -> int | None:
    """Which bar a key names; the ID of several spans is the key of the first of them."""
    keys = span_keys(timeline)
    return keys.index(key) if key in keys else None
