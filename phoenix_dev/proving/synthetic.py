"""A request that nobody made, as its telemetry would be: two spans, a log, a measurement with an exemplar."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_INFO
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from phoenix_dev import __version__
from phoenix_dev.model.headers import fresh_id

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Whose telemetry it is.
SERVICE = "phoenix-dev-verify"
#: The span that would have taken the request, the one within it, and what was measured, by OTLP's name and as
#: Prometheus names it.
ROOT, INNER = "verify", "verify/inner"
METRIC, SERIES = "phoenix.verify.duration", "phoenix_verify_duration_seconds"
MESSAGE = "a request that nobody made"
#: So long the request would have taken (nanoseconds), and the bounds of the histogram that it is measured in (seconds).
_TOOK_NS = 40 * 10**6
_BOUNDS = (0.01, 0.1, 1.0)
_SCOPE = "phoenix_dev.verify"


@dataclass(frozen=True, slots=True)
class Synthetic:
    """One such request, ending now. `failed`: its spans say that it went wrong, so that no sampling leaves it out."""

    failed: bool = False
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))
    correlation_id: str = field(default_factory=lambda: fresh_id("correlation_id"))
    request_id: str = field(default_factory=lambda: fresh_id("request_id"))
    end_ns: int = field(default_factory=time.time_ns)

    @property
    def ids(self) -> Mapping[str, str]:
        """What every span and log of it bears."""
        return {"correlation_id": self.correlation_id, "request_id": self.request_id}

    def root(self) -> ExportTraceServiceRequest:
        """The span that took the request."""
        return self._trace(ROOT, self.span_id, "", Span.SPAN_KIND_SERVER, self.end_ns - _TOOK_NS)

    def inner(self) -> ExportTraceServiceRequest:
        """The span within it."""
        return self._trace(
            INNER, secrets.token_hex(8), self.span_id, Span.SPAN_KIND_INTERNAL, self.end_ns - _TOOK_NS // 2
        )

    def log(self) -> ExportLogsServiceRequest:
        """What it logged, within its first span."""
        export = ExportLogsServiceRequest()
        group = export.resource_logs.add()
        group.resource.attributes.extend(_pairs(_RESOURCE))
        scoped = group.scope_logs.add()
        scoped.scope.name = _SCOPE
        scoped.log_records.add(
            time_unix_nano=self.end_ns,
            observed_time_unix_nano=self.end_ns,
            severity_number=SEVERITY_NUMBER_INFO,
            severity_text="INFO",
            body=AnyValue(string_value=MESSAGE),
            trace_id=bytes.fromhex(self.trace_id),
            span_id=bytes.fromhex(self.span_id),
            attributes=_pairs(self.ids),
        )
        return export

    def measurement(self) -> ExportMetricsServiceRequest:
        """How long it took: a histogram of one measurement, with that as its exemplar."""
        export = ExportMetricsServiceRequest()
        group = export.resource_metrics.add()
        group.resource.attributes.extend(_pairs(_RESOURCE))
        scoped = group.scope_metrics.add()
        scoped.scope.name = _SCOPE
        histogram = scoped.metrics.add(name=METRIC, unit="s").histogram
        histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        seconds = _TOOK_NS / 1e9
        point = histogram.data_points.add(
            start_time_unix_nano=self.end_ns - _TOOK_NS,
            time_unix_nano=self.end_ns,
            count=1,
            sum=seconds,
            explicit_bounds=_BOUNDS,
            bucket_counts=[int(below < seconds <= above) for below, above in _buckets()],
        )
        point.exemplars.add(
            time_unix_nano=self.end_ns,
            as_double=seconds,
            trace_id=bytes.fromhex(self.trace_id),
            span_id=bytes.fromhex(self.span_id),
        )
        return export

    def _trace(
        self, name: str, span_id: str, parent: str, kind: Span.SpanKind.ValueType, start_ns: int
    ) -> ExportTraceServiceRequest:
        export = ExportTraceServiceRequest()
        group = export.resource_spans.add()
        group.resource.attributes.extend(_pairs(_RESOURCE))
        scoped = group.scope_spans.add()
        scoped.scope.name = _SCOPE
        scoped.spans.add(
            trace_id=bytes.fromhex(self.trace_id),
            span_id=bytes.fromhex(span_id),
            parent_span_id=bytes.fromhex(parent),
            name=name,
            kind=kind,
            start_time_unix_nano=start_ns,
            end_time_unix_nano=self.end_ns,
            attributes=_pairs(self.ids),
            status=Status(code=Status.STATUS_CODE_ERROR if self.failed else Status.STATUS_CODE_UNSET),
        )
        return export


_RESOURCE = {"service.name": SERVICE, "service.version": __version__}


def _buckets() -> list[tuple[float, float]]:
    return list(zip((0.0, *_BOUNDS), (*_BOUNDS, float("inf")), strict=True))


def _pairs(attributes: Mapping[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in attributes.items()]
