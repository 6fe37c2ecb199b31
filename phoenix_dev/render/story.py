"""Logs as a story: a line a record, a lane a service, in the order given; line by line, so that a tail can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.render import style
from phoenix_dev.render.attributes import telling, text_of
from phoenix_dev.render.line import Line
from phoenix_dev.render.quantity import clock, day, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

    from phoenix_dev.model.log import LogRecord

#: Lanes of the gutter: as many from the start, so that columns stay in place; services beyond the most share the last.
_LEAST_LANES, _MOST_LANES = 6, 12
#: Cells of a service's name at least; a longer name widens the column for all lines after it, up to the second number.
_SERVICE_CELLS = (12, 20)
#: Lines of a stack trace shown on a terminal.
_STACK_LINES = 30


class Story:
    """Turns records into lines and remembers what the lines before said: lanes, the day, the width of names.

    `services` fixes the order of the lanes from the start; others join as they come. With `mixed` (several requests)
    each line bears its correlation ID. With `clip` the lines are for a person: short times, and a line for a new day;
    else each stands for itself.
    """

    def __init__(
        self, *, services: Iterable[str] = (), mixed: bool = False, clip: bool = False, gutter: bool = True
    ) -> None:
        self._lanes = style.Lanes()
        self._order: dict[str, int] = {}
        self._name_cells = _SERVICE_CELLS[0]
        self._mixed = mixed
        self._clip = clip
        self._gutter = gutter
        self._day = ""
        for service in services:
            self._join(service)

    def lines(self, record: LogRecord) -> Iterator[Text]:
        """The lines of one record: its own, before it the new day's, after it those of its exception."""
        self._join(record.service)
        if self._clip and self._day != (today := day(record.time_ns)):
            self._day = today
            yield Line().add(f"── {today} UTC ──", style.DIM).text()
        yield self._record(record).text()
        yield from (line.text() for line in self._exception(record))

    def _record(self, record: LogRecord) -> Line:
        line = Line()
        line.add(f"{clock(record.time_ns)}Z" if self._clip else rfc3339(record.time_ns, 3), style.DIM).add("  ")
        if self._gutter:
            self._draw_gutter(line, record.service)
        line.add(f"{record.level or '-':5}", style.of_level(record.level)).add("  ")
        column = line.used + self._name_cells + 2
        line.add(record.service, self._lanes.style(record.service)).to(column - 2).add("  ")
        if self._mixed:
            line.add(f"[{record.correlation_id or '-'}]", style.of_text(record.correlation_id)).add(" ")
        line.add(record.message, style.FAILED if record.severity_number >= 17 else "")
        for pair in telling(record.attributes):
            line.add("  ").add(pair, style.DIM)
        return line

    def _draw_gutter(self, line: Line, service: str) -> None:
        own = self._order[service]
        lanes = max(_LEAST_LANES, min(len(self._order), _MOST_LANES))
        used = min(len(self._order), _MOST_LANES)
        line.add("│" * own, style.DIM).add("●", self._lanes.style(service))
        line.add("│" * (used - own - 1) + " " * (lanes - used + 1), style.DIM)

    def _exception(self, record: LogRecord) -> Iterator[Line]:
        kind, message = text_of(record.attributes, "exception.type"), text_of(record.attributes, "exception.message")
        stack = text_of(record.attributes, "exception.stacktrace").rstrip().splitlines()
        if kind or message:
            yield Line().add("    ✗ ", style.ERROR).add(": ".join(filter(None, (kind, message))), style.ERROR)
        left_out = len(stack) - _STACK_LINES if self._clip else 0
        if left_out > 0:
            yield Line().add(f"      … {left_out} more lines", style.DIM)
            stack = stack[left_out:]
        for text in stack:
            yield Line().add("      ").add(text.expandtabs(4), style.DIM)

    def _join(self, service: str) -> None:
        if service not in self._order:
            self._order[service] = min(len(self._order), _MOST_LANES - 1)
            self._name_cells = min(max(self._name_cells, len(service)), _SERVICE_CELLS[1])
