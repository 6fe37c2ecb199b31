"""The stretch of time that is looked at: a recent window, what lies before it, and both in slots of equal length."""

from __future__ import annotations

from dataclasses import dataclass

#: Slots of the recent window; fewer where what lies before is so long that there would be too many.
RECENT_SLOTS = 16
_MOST_SLOTS = 4096


@dataclass(frozen=True, slots=True)
class Window:
    """`before` slots from `begin_ns`, then `recent` ones up to `until_ns`, all of `slot_ns`. Unix nanoseconds."""

    begin_ns: int
    until_ns: int
    slot_ns: int
    before: int
    recent: int

    @property
    def since_ns(self) -> int:
        """Where the recent window begins."""
        return self.begin_ns + self.before * self.slot_ns

    def slot_of(self, time_ns: int) -> int:
        """The slot of a time within it."""
        return min((time_ns - self.begin_ns) // self.slot_ns, self.before + self.recent - 1)


def window(since_ns: int, until_ns: int, baseline_ns: int) -> Window:
    """The slots from `baseline_ns` before `since_ns` up to `until_ns`; it may begin a part of a slot earlier."""
    length = max(until_ns - since_ns, 1)
    recent = max(1, min(RECENT_SLOTS, _MOST_SLOTS * length // (length + baseline_ns)))
    slot = max(1, length // recent)
    before = -(-baseline_ns // slot)
    return Window(until_ns - (before + recent) * slot, until_ns, slot, before, recent)
