"""What a check got, as OTLP metrics: the ones that the collector's httpcheck receiver makes, and whether all was as
expected, which it is taught to make too (collector.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    Gauge,
    Metric,
    NumberDataPoint,
    Sum,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.health import CheckHealth
    from phoenix_dev.synthetic.check import Check

DURATION, STATUS, ERROR = "httpcheck.duration", "httpcheck.status", "httpcheck.error"
#: 1 or 0 for each thing that is expected: of the answer (its status, in time), of its body.
EXPECTED = "phoenix.check.status"
ANSWER, BODY = "answer", "body"
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
_SCOPE = "phoenix_dev.synthetic"


def measured(check: Check, found: CheckHealth, now_ns: int) -> bytes:
    """An export (serialised) of what a check got at a time (Unix nanoseconds)."""
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    group.resource.attributes.extend(_pairs({"service.name": check.owner}))
    scope = group.scope_metrics.add()
    scope.scope.name = _SCOPE
    whose: dict[str, str | int] = {"check": check.name, "http.url": check.shown_url}
    duration = [_point(found.duration_ns // 10**6, whose, now_ns)]
    scope.metrics.append(Metric(name=DURATION, unit="ms", gauge=Gauge(data_points=duration)))
    classes = [_class(name, check, found, whose, now_ns) for name in CLASSES]
    scope.metrics.append(Metric(name=STATUS, unit="1", sum=_sum(classes)))
    if not found.status:
        scope.metrics.append(Metric(name=ERROR, unit="{error}", sum=_sum([_point(1, whose, now_ns)])))
    expected = {ANSWER: not found.answer, **({BODY: found.body == ""} if check.contains else {})}
    points = [_point(int(so), {"check": check.name, "expectation": one}, now_ns) for one, so in expected.items()]
    scope.metrics.append(Metric(name=EXPECTED, sum=_sum(points)))
    return request.SerializeToString()


def _class(name: str, check: Check, found: CheckHealth, whose: dict[str, str | int], now_ns: int) -> NumberDataPoint:
    is_this = name[0] == str(found.status // 100)
    code: dict[str, str | int] = {"http.status_code": found.status} if is_this else {}
    return _point(int(is_this), {**whose, "http.method": check.method, "http.status_class": name, **code}, now_ns)


def _point(value: int, attributes: dict[str, str | int], now_ns: int) -> NumberDataPoint:
    return NumberDataPoint(time_unix_nano=now_ns, as_int=value, attributes=_pairs(attributes))


def _sum(points: list[NumberDataPoint]) -> Sum:
    """One that may go down: the form that the receiver gives to what is a state."""
    return Sum(data_points=points, aggregation_temporality=AGGREGATION_TEMPORALITY_CUMULATIVE, is_monotonic=False)


def _pairs(attributes: Mapping[str, str | int]) -> list[KeyValue]:
    return [
        KeyValue(key=key, value=AnyValue(string_value=value) if isinstance(value, str) else AnyValue(int_value=value))
        for key, value in attributes.items()
    ]
