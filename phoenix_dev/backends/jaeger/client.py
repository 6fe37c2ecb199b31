"""Jaeger's HTTP interface: paths, parameters and raw answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.backends.quoting import jaeger_tags, path_segment
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.otlp.read_json import read_json
from phoenix_dev.otlp.surrogates import without_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.backends.http import Backend
    from phoenix_dev.backends.windows import Window

_RESULT = b'{"result":'


class JaegerClient:
    """What Jaeger is asked. Every method raises NotReady when it does not answer as it should."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def trace(self, trace_id: str) -> TracesData | None:
        """A whole trace as it was sent, without Jaeger's own correction of clocks; None when it has none of that ID."""
        path = f"/api/v3/traces/{path_segment(trace_id)}"
        body = self.backend.get(path, {"raw_traces": "true"}, missing=True)
        return None if body is None else self._decoded(path, body)

    def services(self) -> list[str]:
        """Every service of which a span is kept."""
        found = self.backend.get_json("/api/services")
        with self.backend.understanding("/api/services"):
            return sorted(str(name) for name in found["data"] or ())

    def newest(self, service: str, operation: str, window: Window, most: int) -> TracesData:
        """The newest traces with a span of a service (and operation) that started in a window, whole."""
        path = "/api/v3/traces"
        params = {
            "query.service_name": without_surrogates(service),
            "query.start_time_min": rfc3339(max(0, window[0])),
            "query.start_time_max": rfc3339(max(0, window[1])),
            "query.num_traces": str(most),
            "query.raw_traces": "true",
        }
        if operation:
            params["query.operation_name"] = without_surrogates(operation)
        body = self.backend.get(path, params, missing=True)
        return TracesData() if body is None else self._decoded(path, body)

    def bearing(self, service: str, tags: Mapping[str, str], window: Window, most: int, **more: str) -> list[str]:
        """IDs of the newest traces with a span of a service that bears all tags and started in a window."""
        path = "/api/traces"
        params = {
            "service": without_surrogates(service),
            "start": str(window[0] // 1000),
            "end": str(-(-window[1] // 1000)),
            "limit": str(most),
            "raw": "true",
            **more,
        }
        if tags:
            params["tags"] = jaeger_tags(tags)
        found = self.backend.get_json(path, params)
        with self.backend.understanding(path):
            return [str(trace["traceID"]).lower().rjust(32, "0") for trace in found["data"] or ()]

    def _decoded(self, path: str, body: bytes) -> TracesData:
        # The answer wraps one message: {"result": {"resourceSpans": […]}}.
        inner = body.strip()
        if not (inner.startswith(_RESULT) and inner.endswith(b"}")):
            raise self.backend.fault(path, "answered in a form that is not known")
        try:
            return read_json(TracesData, inner[len(_RESULT) : -1])
        except Malformed as exc:
            raise self.backend.fault(path, f"answered what is not OTLP: {exc.reason}") from exc
