"""Exports as SDKs send them, and their OTLP/JSON form."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Status

if TYPE_CHECKING:
    from phoenix_dev.telemetry.inbox import ExportRequest

START_NS = 1_700_000_000_000_000_000


def traces(spans: int = 3, *, service: str = "orchestrator") -> ExportTraceServiceRequest:
    export = ExportTraceServiceRequest()
    group = export.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = service
    scope = group.scope_spans.add()
    scope.scope.name = "test"
    for number in range(spans):
        span = scope.spans.add(
            trace_id=bytes([7]) * 16,
            span_id=(number + 1).to_bytes(8, "big"),
            parent_span_id=b"" if number == 0 else bytes([0] * 7 + [1]),
            name=f"GET /orders/{number}",
            kind=2,
            start_time_unix_nano=START_NS + number,
            end_time_unix_nano=START_NS + 1000 + number,
            flags=257,
        )
        span.attributes.add(key="correlation_id").value.string_value = "c-1"
        span.attributes.add(key="http.response.status_code").value.int_value = 200
        tags = span.attributes.add(key="tags").value.array_value.values
        tags.add().bool_value = True
        tags.add().kvlist_value.values.add(key="deep").value.double_value = 1.5
        span.attributes.add(key="raw").value.bytes_value = b"\xff\xfe\x00"
        event = span.events.add(name="exception", time_unix_nano=START_NS)
        event.attributes.add(key="exception.message").value.string_value = "no such order ✗"
        span.links.add(trace_id=bytes([9]) * 16, span_id=bytes([9]) * 8, trace_state="a=b")
        span.status.code = Status.STATUS_CODE_ERROR
    return export


def logs(records: int = 2) -> ExportLogsServiceRequest:
    export = ExportLogsServiceRequest()
    scope = export.resource_logs.add().scope_logs.add()
    for number in range(records):
        record = scope.log_records.add(time_unix_nano=START_NS + number, severity_number=17, severity_text="ERROR")
        record.body.string_value = "order 42 failed"
        record.trace_id, record.span_id = bytes([7]) * 16, bytes([1]) * 8
    return export


def metrics() -> ExportMetricsServiceRequest:
    export = ExportMetricsServiceRequest()
    scope = export.resource_metrics.add().scope_metrics.add()
    scope.metrics.add(name="up").gauge.data_points.add(time_unix_nano=START_NS, as_double=1.0)
    total = scope.metrics.add(name="requests", unit="{request}").sum
    total.aggregation_temporality, total.is_monotonic = AGGREGATION_TEMPORALITY_CUMULATIVE, True
    total.data_points.add(time_unix_nano=START_NS, as_int=-42)
    points = scope.metrics.add(name="duration", unit="s").histogram.data_points
    point = points.add(count=6, sum=1.5, bucket_counts=[1, 2, 3], explicit_bounds=[0.1, 0.5])
    point.exemplars.add(as_double=0.2, trace_id=bytes([7]) * 16, span_id=bytes([1]) * 8)
    exponential = scope.metrics.add(name="sizes").exponential_histogram.data_points.add(scale=-2, zero_threshold=0.5)
    exponential.positive.offset = -3
    exponential.positive.bucket_counts.extend([1, 200])
    summary = scope.metrics.add(name="old").summary.data_points.add(count=1, sum=2.0)
    summary.quantile_values.add(quantile=0.5, value=2.0)
    return export


def otlp_json(export: ExportRequest, *, snake_case: bool = False, enum_names: bool = False) -> bytes:
    """What an exporter of OTLP/JSON writes: protobuf's JSON mapping with hex IDs and enums as numbers."""
    plain = json_format.MessageToDict(
        export, preserving_proto_field_name=snake_case, use_integers_for_enums=not enum_names
    )
    return json.dumps(_with_hex_ids(plain)).encode()


_IDS = {"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"}


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: base64.b64decode(each).hex() if key in _IDS else _with_hex_ids(each) for key, each in value.items()
        }
    return [_with_hex_ids(each) for each in value] if isinstance(value, list) else value
