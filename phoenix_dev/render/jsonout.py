"""The JSON that scripts rely on. Every key is always there; empty strings stand for "not given"."""

from __future__ import annotations

from base64 import b64encode
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.trace_ids import correlation_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.model.attributes import Attributes, AttributeValue
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.request import Request
    from phoenix_dev.model.service import ServiceActivity
    from phoenix_dev.model.span import Span, SpanEvent, SpanLink, Trace, TraceSummary

    class Page(Protocol):
        """A list of traces, and whether older ones were left out (TracePage of the stores)."""

        @property
        def traces(self) -> Sequence[TraceSummary]:
            """Newest first."""
            ...

        @property
        def truncated(self) -> bool:
            """Whether the limit cut older ones off."""
            ...


def request_json(request: Request) -> dict[str, Any]:
    """`trace ID --json`. `logs` are those without a trace."""
    return {
        "id": request.id,
        "traces": [_trace(trace) for trace in request.traces],
        "logs": [log_json(record) for record in request.logs],
    }


def log_json(record: LogRecord) -> dict[str, Any]:
    """One line of `logs --json`."""
    return {
        "timestamp": rfc3339(record.time_ns),
        "level": record.level,
        "severity_number": record.severity_number,
        "service": record.service,
        "message": record.message,
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        "correlation_id": record.correlation_id,
        "request_id": record.request_id,
        "attributes": _attributes(record.attributes),
        "resource": _attributes(record.resource),
        "scope": record.scope,
    }


def trace_page_json(page: Page) -> dict[str, Any]:
    """`traces --json`."""
    return {"traces": [_summary(summary) for summary in page.traces], "truncated": page.truncated}


def services_json(services: Iterable[ServiceActivity]) -> dict[str, Any]:
    """`services --json`."""
    return {"services": [service_json(activity) for activity in services]}


def service_json(activity: ServiceActivity) -> dict[str, Any]:
    """What arrived from one service, in `services --json` and `status --json`."""
    return {
        "service": activity.service,
        "spans": activity.spans,
        "error_spans": activity.error_spans,
        "logs": activity.logs,
        "points": activity.points,
        "last": rfc3339(activity.last_ns),
    }


def milliseconds(ns: int) -> float:
    """Nanoseconds as a `*_ms` number; exact to the nanosecond up to 52 days."""
    return ns / 1_000_000


def _summary(summary: TraceSummary) -> dict[str, Any]:
    return {
        "trace_id": summary.trace_id,
        "start": rfc3339(summary.start_ns),
        "duration_ms": milliseconds(summary.duration_ns),
        "root_service": summary.root_service,
        "root_name": summary.root_name,
        "span_count": summary.span_count,
        "service_count": summary.service_count,
        "error": summary.error,
    }


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "trace_id": trace.trace_id,
        "start": rfc3339(trace.start_ns),
        "duration_ms": milliseconds(trace.duration_ns),
        "services": list(trace.services),
        "error": trace.error,
        "correlation_ids": list(correlation_ids(trace)),
        "spans": [_span(span) for span in trace.spans],
        "logs": [log_json(record) for record in trace.logs],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "service": span.service,
        "name": span.name,
        "kind": span.kind,
        "start": rfc3339(span.start_ns),
        "duration_ms": milliseconds(span.duration_ns),
        "status": span.status,
        "status_message": span.status_message,
        "attributes": _attributes(span.attributes),
        "resource": _attributes(span.resource),
        "scope": span.scope,
        "events": [_event(event) for event in span.events],
        "links": [_link(link) for link in span.links],
    }


def _event(event: SpanEvent) -> dict[str, Any]:
    return {"time": rfc3339(event.time_ns), "name": event.name, "attributes": _attributes(event.attributes)}


def _link(link: SpanLink) -> dict[str, Any]:
    return {"trace_id": link.trace_id, "span_id": link.span_id, "attributes": _attributes(link.attributes)}


def _attributes(attributes: Attributes) -> dict[str, Any]:
    return {key: _strict(value) for key, value in attributes.items()}


def _strict(value: AttributeValue) -> Any:
    """What JSON cannot say: bytes as base64, NaN and the infinities by name (both as in OTLP/JSON)."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [_strict(item) for item in value]
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    return value
