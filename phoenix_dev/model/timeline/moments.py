"""What happened within a row, beside its children: logs, events and gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.log import ERROR_SEVERITY, LEVELS, LogRecord, lowest_severity
from phoenix_dev.model.timeline.bars import Gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phoenix_dev.model.log import Level
    from phoenix_dev.model.span import SpanEvent
    from phoenix_dev.model.timeline.bars import Timeline
    from phoenix_dev.model.timeline.rows import Row

_WARN_SEVERITY = 13
#: Logs and events shown below one span, and below a row of repeats, unless all are asked for.
_MOST = 20
_MOST_OF_REPEATS = 3
#: A log and an event of one span that say the same are the same when they lie in this or the next stretch of time.
_SAME_MOMENT_NS = 10_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a corrected time (nanoseconds from the start of the timeline)."""

    at_ns: int
    what: LogRecord | SpanEvent | Gap

    @property
    def weight(self) -> int:
        """How little one may leave it out: 2 errors and gaps, 1 warnings, 0 the rest."""
        if isinstance(self.what, Gap):
            return 2
        if isinstance(self.what, LogRecord):
            severity = self.what.severity_number
        else:
            severity = lowest_severity(level_of_event(self.what) or "TRACE")
        return (severity >= _WARN_SEVERITY) + (severity >= ERROR_SEVERITY)


def moments_of(
    row: Row, timeline: Timeline, gaps: Sequence[Gap], *, logs: bool, expand: bool
) -> tuple[list[Moment], int]:
    """The moments to show in a row, by time, and how many more there are. Errors are always among them."""
    found = [Moment(gap.offset_ns, gap) for gap in gaps]
    for index in row.bars:
        bar = timeline.bars[index]
        if logs:
            found.extend(Moment(bar.placed_ns(record.time_ns), record) for record in bar.logs)
        events = _unsaid(bar.span.events, bar.logs if logs else ())
        found.extend(Moment(bar.placed_ns(event.time_ns), event) for event in events)
    found.sort(key=lambda moment: moment.at_ns)
    most = _MOST if len(row.bars) == 1 else _MOST_OF_REPEATS
    if expand or len(found) <= most:
        return found, 0
    first = sorted(range(len(found)), key=lambda index: (-found[index].weight, index))
    kept = first[: max(most, sum(moment.weight == 2 for moment in found))]
    return [found[index] for index in sorted(kept)], len(found) - len(kept)


def level_of_event(event: SpanEvent) -> Level:
    """The level of a line of a log that was sent as an event (tracing-opentelemetry); empty of other events."""
    said = event.attributes.get("level")
    return next((level for level in LEVELS if level == said), "")


def _unsaid(events: Iterable[SpanEvent], logs: Iterable[LogRecord]) -> Iterator[SpanEvent]:
    """Events but exceptions, without those that a log of the span says too: in Rust, tracing-opentelemetry and the
    bridge for logs send each line once each.
    """
    said = Counter((record.message, record.time_ns // _SAME_MOMENT_NS) for record in logs)
    for event in events:
        at = event.time_ns // _SAME_MOMENT_NS
        twin = next((key for key in ((event.name, at + late) for late in (0, 1, -1)) if said[key]), None)
        if twin:
            said[twin] -= 1
        elif event.name != "exception":
            yield event
