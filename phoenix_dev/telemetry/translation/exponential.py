"""Exponential histograms → explicit ones, as compose/otelcol/config.yaml has the collector do (transform/histograms).

Prometheus makes native histograms of them, which nothing that asks for `_count` and `_bucket` sees: no rule, no
dashboard, no command. The ends are powers of two, which those of exponential buckets fall on from scale 0 on, so that
nothing is estimated, and no count falls when a sender merges buckets. Unlike there, negative values are in a bucket
here, the lowest, and exemplars keep their values.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from math import exp, ldexp, log
from typing import TYPE_CHECKING

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.proto.metrics.v1.metrics_pb2 import ExponentialHistogramDataPoint, HistogramDataPoint

#: The upper ends of what is measured in seconds (0.1 ms to 17 min), and of all else (0.004 to 17 billion). In the first
#: bucket is what is up to half (a quarter) of the second end, in the last also what is above its end.
SECONDS = (0.0, *(2.0**power for power in range(-13, 11)))
OTHERS = (0.0, *(4.0**power for power in range(-4, 18)))
#: Buckets of one point that are looked at; SDKs have 160.
_MOST_BUCKETS = 10_000
#: What a bucket can count (uint64); hostile ones come to more when they are put together.
_MOST_COUNT = 2**64 - 1
#: OpenTelemetry, metrics data model; e to the power of more than this is no number any more.
_LOWEST_SCALE, _HIGHEST_SCALE, _MOST_POWER = -10, 20, 709.0


def explicit(metric: Metric) -> Metric:
    """The metric with explicit buckets."""
    made = Metric(name=metric.name, unit=metric.unit)
    given = metric.exponential_histogram
    made.histogram.aggregation_temporality = given.aggregation_temporality
    ends = SECONDS if metric.unit == "s" else OTHERS
    for point in given.data_points:
        _convert(point, made.histogram.data_points.add(), ends)
    return made


def _convert(point: ExponentialHistogramDataPoint, made: HistogramDataPoint, ends: Sequence[float]) -> None:
    made.attributes.extend(point.attributes)
    made.exemplars.extend(point.exemplars)
    made.start_time_unix_nano, made.time_unix_nano = point.start_time_unix_nano, point.time_unix_nano
    made.count, made.flags = point.count, point.flags
    if point.HasField("sum"):
        made.sum = point.sum
    made.explicit_bounds.extend(ends)
    made.bucket_counts.extend(min(count, _MOST_COUNT) for count in _counts(point, ends))


def _counts(point: ExponentialHistogramDataPoint, ends: Sequence[float]) -> list[int]:
    """By bucket. The bucket `index` of a scale ends at 2^(2^-scale × (index + 1)); it counts where its middle is."""
    counts = [0] * len(ends)
    counts[0] = point.zero_count + sum(islice(point.negative.bucket_counts, _MOST_BUCKETS))
    factor = ends[2] / ends[1]
    beginnings = (0.0, *(end / factor for end in ends[1:]))
    width = ldexp(log(2), -min(max(point.scale, _LOWEST_SCALE), _HIGHEST_SCALE))
    for index, count in enumerate(islice(point.positive.bucket_counts, _MOST_BUCKETS), start=point.positive.offset):
        if count:
            middle = (_power(width * index) + _power(width * (index + 1))) / 2
            counts[max(0, bisect_left(beginnings, middle) - 1)] += count
    return counts


def _power(exponent: float) -> float:
    return exp(min(exponent, _MOST_POWER))
