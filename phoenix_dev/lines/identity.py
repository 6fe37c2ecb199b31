"""The IDs in a line: of trace and span under the names that loggers have for them, of a request wherever they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.model.identifier import KIND_OF_KEY, as_span_id, as_trace_id

if TYPE_CHECKING:
    from phoenix_dev.lines.record import LineRecord
    from phoenix_dev.model.attributes import AttributeValue

#: Also those of OpenTelemetry's instrumentation of Python's logging, of Elastic's common schema and of Serilog.
TRACE_KEYS = ("trace_id", "traceId", "traceID", "trace.id", "trace-id", "traceid", "TraceId", "otelTraceID", "@tr")
SPAN_KEYS = ("span_id", "spanId", "spanID", "span.id", "span-id", "spanid", "SpanId", "otelSpanID", "@sp")

_TRACEPARENT = re.compile(r"(?<![0-9a-f-])[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?![0-9a-f])", re.ASCII)
_NAMES = sorted((*TRACE_KEYS, *SPAN_KEYS, *KIND_OF_KEY), key=len, reverse=True)
_STATED = re.compile(
    rf"(?<![\w.-])({'|'.join(map(re.escape, _NAMES))})[\"']?\s?[=:]\s?[\"']?([\w.:@/+-]{{1,256}})", re.ASCII
)
_HINTS = ("id", "Id", "ID", "@")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


def trace_id_of(value: AttributeValue) -> str:
    """A value as trace ID, empty when it is none (all zeros are none: W3C Trace Context, section 3.2.2.3)."""
    found = as_trace_id(value) if isinstance(value, str) else None
    return found if found and found != _NO_TRACE else ""


def span_id_of(value: AttributeValue) -> str:
    """A value as span ID, empty when it is none."""
    found = as_span_id(value) if isinstance(value, str) else None
    return found if found and found != _NO_SPAN else ""


def ids_of_traceparent(text: str) -> tuple[str, str]:
    """Trace and span ID of the first traceparent in a text (W3C Trace Context, section 3.2); empty without one."""
    found = _TRACEPARENT.search(text) if "-" in text else None
    return (trace_id_of(found[1]), span_id_of(found[2])) if found else ("", "")


def take_ids(record: LineRecord, text: str) -> None:
    """Give a record the IDs that a text states as `name=value`, `name: value` or traceparent."""
    if any(hint in text for hint in _HINTS):
        for name, value in _STATED.findall(text):
            _take(record, name, value.rstrip(".:"))
    if not record.trace_id:
        record.trace_id, record.span_id = ids_of_traceparent(text)


def _take(record: LineRecord, name: str, value: str) -> None:
    if name in KIND_OF_KEY:
        record.attributes.setdefault(name, value)
    elif name in TRACE_KEYS:
        record.trace_id = record.trace_id or trace_id_of(value)
    else:
        record.span_id = record.span_id or span_id_of(value)
