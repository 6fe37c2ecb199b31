"""OTLP protobuf → model: the only place where telemetry is decoded.

Nothing here raises for odd data: times beyond what fits are kept as sent, unknown enum numbers become the unspecified
value.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.identifier import own_id
from phoenix_dev.model.log import LogLine, LogRecord
from phoenix_dev.model.metric import MetricPoint
from phoenix_dev.model.span import Span, SpanEvent, SpanLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.logs.v1 import logs_pb2
    from opentelemetry.proto.metrics.v1 import metrics_pb2
    from opentelemetry.proto.resource.v1.resource_pb2 import Resource
    from opentelemetry.proto.trace.v1 import trace_pb2

    from phoenix_dev.model.attributes import Attributes, AttributeValue
    from phoenix_dev.model.span import SpanKind, SpanStatus

UNKNOWN_SERVICE = "unknown"
_MADE_UP = re.compile(r"event .+:\d+\Z")

_KINDS: tuple[SpanKind, ...] = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUSES: tuple[SpanStatus, ...] = ("unset", "ok", "error")


def value_of(value: AnyValue) -> AttributeValue:
    """An AnyValue in Python's own type; None for an empty one."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [value_of(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return attributes_of(value.kvlist_value.values)
    plain: str | bool | int | float | bytes = getattr(value, kind)
    return plain


def attributes_of(pairs: Iterable[KeyValue]) -> dict[str, AttributeValue]:
    """Attributes as a mapping; of a key that stands twice the last value counts."""
    return {pair.key: value_of(pair.value) for pair in pairs}


def service_of(resource: Resource) -> str:
    """`service.name` of a resource (semantic conventions, "Service"), `unknown` where it has none, an empty one, or
    one that is no text; of a key that stands twice the last value counts.
    """
    for pair in reversed(resource.attributes):
        if pair.key == "service.name":
            return pair.value.string_value or UNKNOWN_SERVICE
    return UNKNOWN_SERVICE


def hex_id(raw: bytes, size: int) -> str:
    """An ID of `size` bytes as lower-case hex; empty when it is absent, all zero or of another size (W3C Trace Context,
    3.2.2).
    """
    return raw.hex() if len(raw) == size and any(raw) else ""


def spans_of(data: trace_pb2.TracesData) -> Iterator[Span]:
    """Every span, in the order in which they stand."""
    for group in data.resource_spans:
        resource = attributes_of(group.resource.attributes)
        service = service_of(group.resource)
        for scoped in group.scope_spans:
            for span in scoped.spans:
                yield _span(span, service, resource, scoped.scope.name)


def _span(span: trace_pb2.Span, service: str, resource: Attributes, scope: str) -> Span:
    return Span(
        trace_id=hex_id(span.trace_id, 16),
        span_id=hex_id(span.span_id, 8),
        parent_span_id=hex_id(span.parent_span_id, 8),
        service=service,
        name=span.name,
        kind=_KINDS[span.kind] if 0 <= span.kind < len(_KINDS) else "unspecified",
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        status=_STATUSES[span.status.code] if 0 <= span.status.code < len(_STATUSES) else "unset",
        status_message=span.status.message,
        attributes=attributes_of(span.attributes),
        resource=resource,
        scope=scope,
        events=tuple(SpanEvent(e.time_unix_nano, e.name, attributes_of(e.attributes)) for e in span.events),
        links=tuple(
            SpanLink(hex_id(k.trace_id, 16), hex_id(k.span_id, 8), attributes_of(k.attributes)) for k in span.links
        ),
    )


def logs_of(data: logs_pb2.LogsData) -> Iterator[LogRecord]:
    """Every log record, in the order in which they stand."""
    for group in data.resource_logs:
        resource = attributes_of(group.resource.attributes)
        service = service_of(group.resource)
        for scoped in group.scope_logs:
            for record in scoped.log_records:
                yield _log(record, service, resource, scoped.scope.name)


def lines_of(data: logs_pb2.LogsData, service: str) -> Iterator[LogLine]:
    """Every record of a block that is known to be of one service, with no more of it than a line says."""
    for group in data.resource_logs:
        for scoped in group.scope_logs:
            for record in scoped.log_records:
                severity = record.severity_number
                yield LogLine(
                    record.time_unix_nano or record.observed_time_unix_nano,
                    service,
                    severity if 0 <= severity <= 24 else 0,
                    record.body.string_value or _message(record, value_of(record.body)),
                    hex_id(record.trace_id, 16),
                )


def _message(record: logs_pb2.LogRecord, body: AttributeValue) -> str:
    return _event_name(record.event_name) if body is None else text_of(body)


def _log(record: logs_pb2.LogRecord, service: str, resource: Attributes, scope: str) -> LogRecord:
    attributes = attributes_of(record.attributes)
    body = value_of(record.body)
    bearing = body | attributes if isinstance(body, dict) else attributes
    return LogRecord(
        time_ns=record.time_unix_nano or record.observed_time_unix_nano,
        severity_number=record.severity_number if 0 <= record.severity_number <= 24 else 0,
        service=service,
        message=_message(record, body),
        trace_id=hex_id(record.trace_id, 16),
        span_id=hex_id(record.span_id, 8),
        correlation_id=own_id(bearing, "correlation"),
        request_id=own_id(bearing, "request"),
        attributes=attributes,
        resource=resource,
        scope=scope,
    )


def _event_name(name: str) -> str:
    """The name of an event that has no body (logs data model, "EventName"); not the place in code that the crate
    tracing makes a name of where it is given none.
    """
    return "" if _MADE_UP.match(name) else name


def points_of(data: metrics_pb2.MetricsData) -> Iterator[MetricPoint]:
    """Every point of every metric, in the order in which they stand."""
    for group in data.resource_metrics:
        resource = attributes_of(group.resource.attributes)
        service = service_of(group.resource)
        for scoped in group.scope_metrics:
            for metric in scoped.metrics:
                yield from _points(metric, service, resource)


def _points(metric: metrics_pb2.Metric, service: str, resource: Attributes) -> Iterator[MetricPoint]:
    kind = metric.WhichOneof("data")
    if kind is None:
        return
    for point in getattr(metric, kind).data_points:
        value, count = _measured(point) if kind in ("gauge", "sum") else (point.sum, point.count)
        yield MetricPoint(
            time_ns=point.time_unix_nano,
            service=service,
            name=metric.name,
            unit=metric.unit,
            kind=kind,
            value=value,
            count=count,
            attributes=attributes_of(point.attributes),
            resource=resource,
        )


def _measured(point: metrics_pb2.NumberDataPoint) -> tuple[float, int]:
    which = point.WhichOneof("value")
    return (math.nan if which is None else float(getattr(point, which))), 1
