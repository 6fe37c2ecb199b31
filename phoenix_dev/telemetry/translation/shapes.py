"""What series a point of each kind of metric becomes, and their values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from phoenix_dev.promql.numbers import number_text
from phoenix_dev.telemetry.translation.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from opentelemetry.proto.metrics.v1 import metrics_pb2

_INFINITE = "+Inf"


@dataclass(frozen=True, slots=True)
class Shape:
    """`key`: what of a point, beside its attributes, decides which series it becomes. `names`: what tells these apart,
    their names among it, from the name of the metric and a point. `values`: one for each of them.
    """

    key: Callable[[Any], Hashable]
    names: Callable[[str, Any], list[dict[str, str]]]
    values: Callable[[Any], list[float]]


def _number(point: metrics_pb2.NumberDataPoint) -> list[float]:
    which = point.WhichOneof("value")
    return [float(getattr(point, which)) if which else 0.0]


def _buckets(point: metrics_pb2.HistogramDataPoint) -> dict[float, int]:
    """By upper end, how many measurements are not above it; without the last bucket, which has no end. Of an end that
    is said twice the first counts.
    """
    counted = zip(point.explicit_bounds, accumulate(point.bucket_counts), strict=False)
    buckets: dict[float, int] = {}
    for end, count in counted:
        if end != math.inf:
            buckets.setdefault(end, count)
    return buckets


def _histogram_key(point: metrics_pb2.HistogramDataPoint) -> Hashable:
    return point.HasField("sum"), tuple(_buckets(point))


def _histogram_names(family: str, point: metrics_pb2.HistogramDataPoint) -> list[dict[str, str]]:
    parts = ("_sum", "_count") if point.HasField("sum") else ("_count",)
    ends = (*map(number_text, _buckets(point)), _INFINITE)
    return [{NAME: family + part} for part in parts] + [{NAME: f"{family}_bucket", "le": end} for end in ends]


def _histogram_values(point: metrics_pb2.HistogramDataPoint) -> list[float]:
    count = float(point.count)
    return [*((point.sum,) if point.HasField("sum") else ()), count, *map(float, _buckets(point).values()), count]


def bucket_of(point: metrics_pb2.HistogramDataPoint, value: float) -> int:
    """The position among its series of the bucket that a measurement of a histogram's point fell into."""
    first = 2 if point.HasField("sum") else 1
    ends = list(_buckets(point))
    fitting = [(end, position) for position, end in enumerate(ends) if value <= end]
    return first + (min(fitting)[1] if fitting else len(ends))


def _summary_key(point: metrics_pb2.SummaryDataPoint) -> Hashable:
    return tuple(one.quantile for one in point.quantile_values)


def _summary_names(family: str, point: metrics_pb2.SummaryDataPoint) -> list[dict[str, str]]:
    quantiles = [{NAME: family, "quantile": number_text(one.quantile)} for one in point.quantile_values]
    return [{NAME: f"{family}_sum"}, {NAME: f"{family}_count"}, *quantiles]


def _summary_values(point: metrics_pb2.SummaryDataPoint) -> list[float]:
    return [point.sum, float(point.count), *(one.value for one in point.quantile_values)]


_NUMBER = Shape(lambda _: None, lambda family, _: [{NAME: family}], _number)
#: By the kind of metric. Exponential histograms have none: they are made explicit before (exponential.py).
SHAPES = {
    "gauge": _NUMBER,
    "sum": _NUMBER,
    "histogram": Shape(_histogram_key, _histogram_names, _histogram_values),
    "summary": Shape(_summary_key, _summary_names, _summary_values),
}
