"""What happened within a row, beside its children: logs, events and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.log import LogRecord
from phoenix_dev.model.timeline.bars import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.span import SpanEvent
    from phoenix_dev.model.timeline.bars import Timeline
    from phoenix_dev.model.timeline.rows import Row

_WARN_SEVERITY = 13
_ERROR_SEVERITY = 17
#: Logs and events shown below one span, and below a row of repeats, unless all are asked for.
_MOST = 20
_MOST_OF_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a corrected time (nanoseconds from the start of the timeline)."""

    at_ns: int
    what: LogRecord | SpanEvent | Gap

    @property
    def weight(self) -> int:
        """How little one may leave it out: 2 errors and gaps, 1 warnings, 0 the rest."""
        if isinstance(self.what, LogRecord):
            return (self.what.severity_number >= _WARN_SEVERITY) + (self.what.severity_number >= _ERROR_SEVERITY)
        return 2 if isinstance(self.what, Gap) else 0


def moments_of(
    row: Row, timeline: Timeline, gaps: Sequence[Gap], *, logs: bool, expand: bool
) -> tuple[list[Moment], int]:
    """The moments to show in a row, by time, and how many more there are. Errors are always among them."""
    found = [Moment(gap.offset_ns, gap) for gap in gaps]
    for index in row.bars:
        bar = timeline.bars[index]
        if logs:
            found.extend(Moment(bar.placed_ns(record.time_ns), record) for record in bar.logs)
        events = (event for event in bar.span.events if event.name != "exception")
        found.extend(Moment(bar.placed_ns(event.time_ns), event) for event in events)
    found.sort(key=lambda moment: moment.at_ns)
    most = _MOST if len(row.bars) == 1 else _MOST_OF_REPEATS
    if expand or len(found) <= most:
        return found, 0
    first = sorted(range(len(found)), key=lambda index: (-found[index].weight, index))
    kept = first[: max(most, sum(moment.weight == 2 for moment in found))]
    return [found[index] for index in sorted(kept)], len(found) - len(kept)
