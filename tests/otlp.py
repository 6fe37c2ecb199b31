"""Builds OTLP exports for tests, in few words."""

from __future__ import annotations

import random
import time
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span

#: 2026-01-02T03:04:05Z.
NOON = 1_767_323_045 * 10**9
MS = 10**6
SECOND = 10**9


def minutes_from_now(minutes: float) -> int:
    """A time by this machine's clock, Unix nanoseconds."""
    return time.time_ns() + round(minutes * 60 * SECOND)


def any_value(value: Any) -> AnyValue:
    """A Python value as AnyValue."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case dict():
            return AnyValue(kvlist_value=KeyValueList(values=pairs(value)))
        case list():
            return AnyValue(array_value=ArrayValue(values=[any_value(item) for item in value]))
        case _:
            return AnyValue(string_value=value)


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    """Attributes as KeyValues."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def new_trace_id(rng: random.Random | None = None) -> str:
    """A trace ID that no other test has."""
    return (rng or random.SystemRandom()).getrandbits(128).to_bytes(16, "big").hex()


def new_span_id(rng: random.Random | None = None) -> str:
    """A span ID that no other test has."""
    return (rng or random.SystemRandom()).getrandbits(64).to_bytes(8, "big").hex()


def span(
    trace_id: str,
    name: str = "work",
    *,
    span_id: str = "",
    parent: str = "",
    start: int = NOON,
    ms: float = 10,
    kind: int = 1,
    error: str | None = None,
    **fields: Any,
) -> Span:
    """One span; `error` is the message of its status, further fields are those of the message, attributes as a dict."""
    attributes = fields.pop("attributes", {})
    built = Span(
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(span_id or new_span_id()),
        parent_span_id=bytes.fromhex(parent),
        name=name,
        kind=kind,  # type: ignore[arg-type]
        start_time_unix_nano=start,
        end_time_unix_nano=start + round(ms * MS),
        attributes=pairs(attributes),
        **fields,
    )
    if error is not None:
        built.status.code = 2  # type: ignore[assignment]
        built.status.message = error
    return built


def log(
    message: Any, *, trace_id: str = "", span_id: str = "", time: int = NOON, severity: int = 9, **attributes: Any
) -> LogRecord:
    """One log record."""
    return LogRecord(
        time_unix_nano=time,
        severity_number=severity,  # type: ignore[arg-type]
        body=any_value(message),
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(span_id),
        attributes=pairs(attributes),
    )


def gauge(name: str, value: float, *, time: int = NOON, **attributes: Any) -> Metric:
    """One metric with one point."""
    point = NumberDataPoint(time_unix_nano=time, as_double=value, attributes=pairs(attributes))
    return Metric(name=name, unit="1", gauge=Gauge(data_points=[point]))


def traces(service: str, *spans: Span, scope: str = "tests") -> ExportTraceServiceRequest:
    """An export of spans of one service."""
    export = ExportTraceServiceRequest()
    group = export.resource_spans.add()
    group.resource.attributes.extend(pairs({"service.name": service}))
    scoped = group.scope_spans.add()
    scoped.scope.name = scope
    scoped.spans.extend(spans)
    return export


def logs(service: str, *records: LogRecord, scope: str = "tests") -> ExportLogsServiceRequest:
    """An export of log records of one service."""
    export = ExportLogsServiceRequest()
    group = export.resource_logs.add()
    group.resource.attributes.extend(pairs({"service.name": service}))
    scoped = group.scope_logs.add()
    scoped.scope.name = scope
    scoped.log_records.extend(records)
    return export


def metrics(service: str, *values: Metric) -> ExportMetricsServiceRequest:
    """An export of metrics of one service."""
    export = ExportMetricsServiceRequest()
    group = export.resource_metrics.add()
    group.resource.attributes.extend(pairs({"service.name": service}))
    group.scope_metrics.add().metrics.extend(values)
    return export
