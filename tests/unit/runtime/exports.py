"""Small exports with something in them that can be found again, and ways to send them."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def one_span(trace_id: str, *, service: str = "orchestrator", name: str = "process") -> bytes:
    """An export of one span, protobuf."""
    export = ExportTraceServiceRequest()
    group = export.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = service
    now = time.time_ns()
    group.scope_spans.add().spans.add(
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(trace_id[16:]),
        name=name,
        start_time_unix_nano=now,
        end_time_unix_nano=now + 1_000_000,
    )
    return export.SerializeToString()


def send(endpoint: str, body: bytes, *, path: str = "/v1/traces", content_type: str = "application/x-protobuf") -> int:
    """Send an export over HTTP; the status of the answer."""
    address = urlsplit(endpoint)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request("POST", path, body, {"Content-Type": content_type})
        return connection.getresponse().status
    finally:
        connection.close()
