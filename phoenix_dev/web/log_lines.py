"""A log record as a line of a page, and what unfolds below it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import clock, day
from phoenix_dev.web.hues import hue_of
from phoenix_dev.web.values import pairs_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.web.values import Value

_MARKS = {"FATAL": "✗", "ERROR": "✗", "WARN": "▲", "INFO": "●", "DEBUG": "○", "TRACE": "·", "": "·"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log record as a line and what unfolds below it. `digest` tells it from others of the same time."""

    record: LogRecord
    mark: str
    level: str
    hue: int
    clock: str
    day: str
    pairs: tuple[str, ...]
    digest: str

    @property
    def has_more(self) -> bool:
        """Whether something of it was cut."""
        return any(value.is_cut for value in (*self.attributes, *self.resource))

    @property
    def attributes(self) -> tuple[Value, ...]:
        """Its attributes."""
        return values_of(self.record.attributes)

    @property
    def resource(self) -> tuple[Value, ...]:
        """The attributes of where it comes from."""
        return values_of(self.record.resource)


def log_lines(records: Iterable[LogRecord]) -> tuple[LogLine, ...]:
    """Records as lines."""
    return tuple(log_line(record) for record in records)


def log_line(record: LogRecord) -> LogLine:
    """A record as a line."""
    return LogLine(
        record=record,
        mark=_MARKS[record.level],
        level=record.level or "LOG",
        hue=hue_of(record.service),
        clock=clock(record.time_ns),
        day=day(record.time_ns),
        pairs=pairs_of(record.attributes),
        digest=digest_of(record),
    )


def digest_of(record: LogRecord) -> str:
    """Tells a record from others of the same time."""
    return hashlib.sha256(repr(record).encode("utf-8", "surrogatepass")).hexdigest()[:16]
