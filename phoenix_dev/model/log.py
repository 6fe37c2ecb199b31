"""One log record, and the names of its levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from phoenix_dev.model.identifier import ids_in

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes
    from phoenix_dev.model.identifier import IdKind

Level = Literal["", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
LEVELS: tuple[Level, ...] = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
#: The first severity number of the level ERROR (logs data model, "SeverityNumber").
ERROR_SEVERITY = 17


def level_of(severity_number: int) -> Level:
    """Name of a severity number: four a level from 1 (logs data model, "SeverityNumber"); empty outside 1–24."""
    return LEVELS[(severity_number - 1) // 4] if 1 <= severity_number <= 24 else ""


def lowest_severity(level: str) -> int:
    """The first severity number of a level's name, any case. Raises KeyError for a name that is not a level."""
    return _LOWEST[level.upper()]


_LOWEST = {name: 4 * index + 1 for index, name in enumerate(LEVELS)} | {"WARNING": 13, "CRITICAL": 21}


class LogLine(NamedTuple):
    """What of a record is needed to count it: fields as in `LogRecord`. A tuple, since of these there are very many."""

    time_ns: int
    service: str
    severity_number: int
    message: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record. `time_ns` is its own time, else the time it was observed (Unix nanoseconds).

    IDs are lower-case hex or empty. `message` is the body as text (a structured body as JSON). `correlation_id` and
    `request_id` are the record's own, from its attributes in any of the usual spellings.
    """

    time_ns: int
    severity_number: int
    service: str
    message: str
    trace_id: str
    span_id: str
    correlation_id: str
    request_id: str
    attributes: Attributes
    resource: Attributes
    scope: str

    @property
    def level(self) -> Level:
        """The name of the severity number."""
        return level_of(self.severity_number)

    @property
    def is_error(self) -> bool:
        """Whether its level is ERROR or above."""
        return self.severity_number >= ERROR_SEVERITY

    def ids(self, kind: IdKind) -> tuple[str, ...]:
        """Every correlation or request ID that the record bears, its own first."""
        own = self.correlation_id if kind == "correlation" else self.request_id if kind == "request" else ""
        return tuple(dict.fromkeys(filter(None, (own, *ids_in(self.attributes, kind)))))
