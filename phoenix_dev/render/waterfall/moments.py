"""The lines of what happened within a row, beside its children: logs, events and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.log import LogRecord
from phoenix_dev.model.timeline import Gap
from phoenix_dev.model.timeline.moments import level_of_event
from phoenix_dev.render import style
from phoenix_dev.render.attributes import telling, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.timeline.moments import Moment
    from phoenix_dev.render.line import Line
    from phoenix_dev.render.waterfall.layout import Layout


def moment_line(moment: Moment, prefix: str, layout: Layout) -> Line:
    """A moment's own line; times are shown as they were sent."""
    what = moment.what
    if isinstance(what, Gap):
        return layout.gap(prefix, what)
    line = layout.between(prefix, what.time_ns)
    if isinstance(what, LogRecord):
        return log_into(line, what)
    line.add("• ", style.DIM)
    if level := level_of_event(what):
        line.add(f"{level:5} ", style.of_level(level))
    return with_attributes(line.add(what.name), telling(what.attributes))


def log_into(line: Line, record: LogRecord) -> Line:
    """Level, message — the first attribute where there is none — and the telling attributes, as far as they fit."""
    pairs = _with_exception(record)
    line.add(f"{record.level or '-':5} ", style.of_level(record.level))
    line.add(record.message or next(pairs, ""), style.FAILED if record.is_error else "")
    return with_attributes(line, pairs)


def with_attributes(line: Line, pairs: Iterator[str]) -> Line:
    """Add `key=value` pairs, each whole or not at all."""
    for pair in pairs:
        if line.left < 4 or not line.add_whole("  " + pair, style.DIM):
            break
    return line


def _with_exception(record: LogRecord) -> Iterator[str]:
    kind, message = text_at(record.attributes, "exception.type"), text_at(record.attributes, "exception.message")
    if kind or message:
        yield ": ".join(filter(None, (kind, message)))
    yield from telling(record.attributes)
