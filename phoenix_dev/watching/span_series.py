"""How what is counted here is called: as Prometheus calls what the collector's span metrics become there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from phoenix_dev.signals.names import CALLS, DURATION_BOUNDS_S, DURATIONS
from phoenix_dev.telemetry.translation.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.watching.identity import Identity

#: Attributes of a span, else of its resource, that become labels.
DIMENSIONS = ("http.route", "http.request.method", "http.response.status_code", "error.type")
_ENDS = (*(f"{bound_s:g}" for bound_s in DURATION_BOUNDS_S), "+Inf")
_DURATION = DURATIONS.removesuffix("_bucket")
_OWN: tuple[dict[str, str], ...] = (
    {NAME: CALLS},
    {NAME: f"{_DURATION}_sum"},
    {NAME: f"{_DURATION}_count"},
    *({NAME: DURATIONS, "le": end} for end in _ENDS),
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
