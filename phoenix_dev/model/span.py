"""One operation of one service, and a whole trace of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes
    from phoenix_dev.model.log import LogRecord

SpanKind = Literal["unspecified", "internal", "server", "client", "producer", "consumer"]
SpanStatus = Literal["unset", "ok", "error"]


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened at one moment of a span, an exception for instance."""

    time_ns: int
    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class SpanLink:
    """A pointer to a span of this or another trace that is neither parent nor child."""

    trace_id: str
    span_id: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Span:
    """One operation. IDs are lower-case hex (32 and 16 digits), an absent ID is empty; times are Unix nanoseconds as
    sent.

    `service` is the resource's `service.name`, `unknown` where it has none. `end_ns` may lie before `start_ns` when a
    clock jumped; `duration_ns` is then 0.
    """

    trace_id: str
    span_id: str
    parent_span_id: str
    service: str
    name: str
    kind: SpanKind
    start_ns: int
    end_ns: int
    status: SpanStatus
    status_message: str
    attributes: Attributes
    resource: Attributes
    scope: str
    events: tuple[SpanEvent, ...] = ()
    links: tuple[SpanLink, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        """What two copies of one span have in common, and no two spans of a trace that share an ID."""
        return self.span_id, self.start_ns, self.name, self.kind, self.service

    @property
    def duration_ns(self) -> int:
        """Nanoseconds from start to end, never negative."""
        return max(0, self.end_ns - self.start_ns)


@dataclass(frozen=True)
class Trace:
    """Every span of one trace by start time, and every log that bears its trace ID by time.

    Either may be empty: a trace of which only logs arrived has no spans.
    """

    trace_id: str
    spans: tuple[Span, ...]
    logs: tuple[LogRecord, ...] = field(default=())

    @cached_property
    def start_ns(self) -> int:
        """Start of the earliest span, else time of the earliest log."""
        return min((s.start_ns for s in self.spans), default=min((r.time_ns for r in self.logs), default=0))

    @cached_property
    def end_ns(self) -> int:
        """End of the last span, else time of the last log."""
        return max((s.end_ns for s in self.spans), default=max((r.time_ns for r in self.logs), default=0))

    @property
    def duration_ns(self) -> int:
        """Nanoseconds from the first start to the last end, clocks as sent."""
        return max(0, self.end_ns - self.start_ns)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services in order of their first span, then those that only logged."""
        return tuple(dict.fromkeys([s.service for s in self.spans] + [r.service for r in self.logs]))

    @property
    def error(self) -> bool:
        """Whether any span has status error."""
        return any(s.status == "error" for s in self.spans)

    @cached_property
    def root(self) -> Span | None:
        """The first span without a parent; where that has not arrived, the earliest span."""
        return next((s for s in self.spans if not s.parent_span_id), self.spans[0] if self.spans else None)


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """One line of a list of traces."""

    trace_id: str
    start_ns: int
    duration_ns: int
    root_service: str
    root_name: str
    span_count: int
    service_count: int
    error: bool
