"""One export over OTLP/gRPC, as an SDK that speaks it would send it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

if TYPE_CHECKING:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_OPTIONS = [("grpc.enable_http_proxy", 0)]


def deliver_spans(endpoint: str, export: ExportTraceServiceRequest, *, timeout_s: float) -> str:
    """Send spans to the base URL of OTLP/gRPC: why they were not taken, empty when they were."""
    with grpc.insecure_channel(urlsplit(endpoint).netloc, options=_OPTIONS) as channel:
        try:
            TraceServiceStub(channel).Export(export, timeout=timeout_s)  # type: ignore[no-untyped-call]
        except grpc.RpcError as error:
            return f"{endpoint} answered {error.code().name}: {error.details()}"
    return ""
