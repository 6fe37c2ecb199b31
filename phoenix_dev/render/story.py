"""Logs as a story: a line a record, a lane a service, in the order given; line by line, so that a tail can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.quantity import clock, day
from phoenix_dev.render import style
from phoenix_dev.render.attributes import telling, text_at
from phoenix_dev.render.fold import fold, most_cells
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

    from phoenix_dev.model.log import LogRecord

#: Lanes of the gutter: as many from the start, so that columns stay in place; services beyond the most share the last.
_LEAST_LANES, _MOST_LANES = 6, 12
#: Cells of a service's name at least; a longer name widens the column for all lines after it, up to the second number.
_SERVICE_CELLS = (12, 20)
#: Cells of a correlation ID beside a line, where one has to share the width of a terminal.
_ID_CELLS = 40
#: Cells that a message has at least, where it goes on below its beginning.
_LEAST_CELLS = 28
#: Lines of a stack trace shown on a terminal.
_STACK_LINES = 30


class Story:
    """Turns records into lines and remembers what the lines before said: lanes, the day, the width of names.

    `services` fixes the order of the lanes from the start; others join as they come. With `mixed` (several requests)
    each line bears its correlation ID. With `clip` the lines are for a person: short times, and a line for a new day;
    else each stands for itself. What is longer than `width` is folded, and cut where it would fill the screen.
    """

    def __init__(
        self,
        *,
        services: Iterable[str] = (),
        mixed: bool = False,
        clip: bool = False,
        gutter: bool = True,
        width: int | None = None,
    ) -> None:
        self._colours = style.Colours()
        self._order: dict[str, int] = {}
        self._name_cells = _SERVICE_CELLS[0]
        self._mixed = mixed
        self._clip = clip
        self._gutter = gutter
        self._width = width
        self._day = ""
        for service in services:
            self._join(service)

    def lines(self, record: LogRecord) -> Iterator[Text]:
        """The lines of one record: its own, before it the new day's, after it those of its exception."""
        self._join(record.service)
        if self._clip and self._day != (today := day(record.time_ns)):
            self._day = today
            yield Line().add(f"── {today} UTC ──", style.DIM).text()
        line, lead = self._record(record)
        yield from self._rows(line, lead)
        lead = Line().to(8)
        for line in self._exception(record):
            yield from self._rows(line, lead)

    def _rows(self, line: Line, lead: Line) -> Iterator[Text]:
        if self._width is None:
            yield line.text()
        else:
            yield from fold(line, self._width, lead)

    def _line(self) -> Line:
        return Line(ENDLESS if self._width is None else most_cells(self._width))

    def _record(self, record: LogRecord) -> tuple[Line, Line]:
        """The line of a record, and what stands before the message where that goes on below."""
        line, lead = self._line(), Line()
        line.add(f"{clock(record.time_ns)}Z" if self._clip else rfc3339(record.time_ns, 3), style.DIM).add("  ")
        if self._gutter:
            lead.to(line.used)
            self._draw_gutter(line, lead, record.service)
        line.add(f"{record.level or '-':5}", style.of_level(record.level)).add("  ")
        column = line.used + self._name_cells + 2
        service = record.service if self._width is None else fit(record.service, _SERVICE_CELLS[1])
        line.add(service, self._colours.style(record.service)).to(column - 2).add("  ")
        lead.to(column if self._width is None or column <= self._width - _LEAST_CELLS else lead.used + 2)
        if self._mixed:
            found = record.correlation_id or "-"
            found = found if self._width is None else fit(found, _ID_CELLS)
            line.add(f"[{found}]", style.of_text(record.correlation_id)).add(" ")
        pairs = telling(record.attributes)
        line.add(record.message or next(pairs, ""), style.FAILED if record.is_error else "")
        for pair in pairs:
            line.add("  ").add(pair, style.DIM)
        return line, lead

    def _draw_gutter(self, line: Line, lead: Line, service: str) -> None:
        own = self._order[service]
        lanes = max(_LEAST_LANES, min(len(self._order), _MOST_LANES))
        used = min(len(self._order), _MOST_LANES)
        line.add("│" * own, style.DIM).add("●", self._colours.style(service))
        line.add("│" * (used - own - 1) + " " * (lanes - used + 1), style.DIM)
        lead.add("│" * used, style.DIM)

    def _exception(self, record: LogRecord) -> Iterator[Line]:
        kind, message = text_at(record.attributes, "exception.type"), text_at(record.attributes, "exception.message")
        sent = text_at(record.attributes, "exception.stacktrace").rstrip()
        stack = sent.split("\n") if sent else []
        if kind or message:
            yield self._line().add("    ✗ ", style.ERROR).add(": ".join(filter(None, (kind, message))), style.ERROR)
        left_out = len(stack) - _STACK_LINES if self._clip else 0
        if left_out > 0:
            yield Line().add(f"      … {left_out} more lines", style.DIM)
            stack = stack[left_out:]
        for text in stack:
            yield self._line().add("      ").add(text.removesuffix("\r").expandtabs(4), style.DIM)

    def _join(self, service: str) -> None:
        if service not in self._order:
            self._order[service] = min(len(self._order), _MOST_LANES - 1)
            self._name_cells = max(self._name_cells, cell_len(fit(service, _SERVICE_CELLS[1])))
