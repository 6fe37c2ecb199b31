"""What one line, or the lines of one stack trace, say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import AttributeValue


@dataclass(slots=True)
class LineRecord:
    """A log record as a text states it. What it does not state is 0 or empty.

    `time_ns`: Unix nanoseconds. `severity`: SeverityNumber of the OpenTelemetry logs data model; `severity_text` is the
    level's name as it was written. IDs of trace and span are lower-case hex. Correlation and request ID are attributes,
    under the name the text gives them. Not frozen only because a frozen one takes three times as long to make.
    """

    message: str
    time_ns: int = 0
    severity: int = 0
    severity_text: str = ""
    service: str = ""
    trace_id: str = ""
    span_id: str = ""
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
