"""The OpenTelemetry SDK's own exporters get through, over HTTP and over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

if TYPE_CHECKING:
    from .conftest import Receiver

RESOURCE = Resource.create({"service.name": "a-plain-app"})


def exporter(receiver: Receiver, how: str, over_grpc: Any, over_http: Any, path: str) -> Any:
    if how == "grpc":
        return over_grpc(endpoint=f"http://127.0.0.1:{receiver.grpc_port}", insecure=True)
    compression = Compression.Gzip if how == "http gzip" else Compression.NoCompression
    return over_http(endpoint=receiver.url + path, compression=compression)


HOW = pytest.mark.parametrize("how", ["grpc", "http", "http gzip"])


@HOW
def test_spans(receiver: Receiver, how: str) -> None:
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(exporter(receiver, how, GrpcSpans, HttpSpans, "/v1/traces")))
    with provider.get_tracer("test").start_as_current_span("checkout") as span:
        span.set_attribute("correlation_id", "c-9")
    provider.shutdown()
    (export,) = receiver.inbox.exports
    (sent,) = export.resource_spans[0].scope_spans[0].spans  # type: ignore[union-attr]
    assert (sent.name, sent.trace_id) == ("checkout", span.get_span_context().trace_id.to_bytes(16, "big"))


@HOW
def test_logs(receiver: Receiver, how: str) -> None:
    provider = LoggerProvider(resource=RESOURCE)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter(receiver, how, GrpcLogs, HttpLogs, "/v1/logs")))
    record = LogRecord(timestamp=1, severity_number=SeverityNumber.ERROR, body="order 42 failed")
    provider.get_logger("test").emit(record)
    provider.shutdown()
    (export,) = receiver.inbox.exports
    (sent,) = export.resource_logs[0].scope_logs[0].log_records  # type: ignore[union-attr]
    assert sent.body.string_value == "order 42 failed"


@HOW
def test_metrics(receiver: Receiver, how: str) -> None:
    reader = PeriodicExportingMetricReader(
        exporter(receiver, how, GrpcMetrics, HttpMetrics, "/v1/metrics"), export_interval_millis=60_000
    )
    provider = MeterProvider(resource=RESOURCE, metric_readers=[reader])
    provider.get_meter("test").create_counter("orders").add(3)
    provider.shutdown()
    (export,) = receiver.inbox.exports
    (sent,) = export.resource_metrics[0].scope_metrics[0].metrics  # type: ignore[union-attr]
    assert (sent.name, sent.sum.data_points[0].as_int) == ("orders", 3)
