"""How what is counted here is called: as Prometheus calls what the collector's span metrics become there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from phoenix_dev.telemetry.translation.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.watching.identity import Identity

#: Attributes of a span, else of its resource, that become labels.
DIMENSIONS = ("http.route", "http.request.method", "http.response.status_code", "error.type")
#: The upper ends of the buckets (seconds).
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ENDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf")
_CALLS, _DURATION = "traces_span_metrics_calls_total", "traces_span_metrics_duration_seconds"
_OWN: tuple[dict[str, str], ...] = (
    {NAME: _CALLS},
    {NAME: f"{_DURATION}_sum"},
    {NAME: f"{_DURATION}_count"},
    *({NAME: f"{_DURATION}_bucket", "le": end} for end in _ENDS),
)
#: Among the series of a counter, the first of its buckets.
FIRST_BUCKET = 3


def span_series(identity: Identity, told: Sequence[str]) -> list[Mapping[str, str]]:
    """The labels of the series of one counter: calls, sum, count, buckets. `told`: name, kind, status and dimensions of
    its spans; nothing for what is counted together since it is too much.
    """
    if told:
        names = ("span.name", "span.kind", "status.code", *DIMENSIONS)
        attributes = dict(zip(names, told, strict=True)) | {"service.name": identity.service}
    else:
        attributes = {"otel.metric.overflow": "true"}
    pairs = [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in attributes.items()]
    common = identity.labels.of_point(pairs)
    return [common | own for own in _OWN]
