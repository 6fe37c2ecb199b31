"""The three signals of OTLP: their paths, gRPC services, and messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

from phoenix_dev.model.otlp import service_of

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from phoenix_dev.telemetry.inbox import Accepted, ExportRequest


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal. `groups` is the field of the request that repeats by resource; `rejected` is the field of a partial
    success that counts items.
    """

    name: str
    path: str
    service: str
    request: type[ExportRequest]
    response: type[Message]
    groups: str
    rejected: str

    def partial_success(self, accepted: Accepted) -> Message:
        """The answer to an export of which some items were refused for good: how many, and why (OTLP specification,
        "Partial Success").
        """
        response: Any = self.response()
        setattr(response.partial_success, self.rejected, accepted.rejected)
        response.partial_success.error_message = accepted.reason.encode("utf-8", "replace").decode()
        message: Message = response
        return message

    def sender(self, export: ExportRequest) -> str:
        """The service of the first resource; empty for an export without any. Exporters send one resource."""
        groups = getattr(export, self.groups)
        return service_of(groups[0].resource) if groups else ""


TRACES = Signal(
    "traces",
    "/v1/traces",
    "opentelemetry.proto.collector.trace.v1.TraceService",
    traces.ExportTraceServiceRequest,
    traces.ExportTraceServiceResponse,
    "resource_spans",
    "rejected_spans",
)
LOGS = Signal(
    "logs",
    "/v1/logs",
    "opentelemetry.proto.collector.logs.v1.LogsService",
    logs.ExportLogsServiceRequest,
    logs.ExportLogsServiceResponse,
    "resource_logs",
    "rejected_log_records",
)
METRICS = Signal(
    "metrics",
    "/v1/metrics",
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    metrics.ExportMetricsServiceRequest,
    metrics.ExportMetricsServiceResponse,
    "resource_metrics",
    "rejected_data_points",
)
SIGNALS = (TRACES, LOGS, METRICS)
