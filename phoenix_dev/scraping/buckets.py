"""Histograms and summaries: several samples of a page make one point."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    HistogramDataPoint,
    SummaryDataPoint,
)

from phoenix_dev.scraping.points import attributes, created_of, exemplar, is_count, labels_of, time_ns

if TYPE_CHECKING:
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
    from prometheus_client import Metric as Family
    from prometheus_client.samples import Exemplar as GivenExemplar

    from phoenix_dev.scraping.points import Labels
    from phoenix_dev.scraping.starts import Starts


@dataclass(slots=True)
class _Series:
    """The samples of a histogram or summary that share their labels."""

    parts: dict[float, float] = field(default_factory=dict)
    exemplars: list[GivenExemplar] = field(default_factory=list)
    sum: float = 0.0
    count: float | None = None
    timestamp: object = None


def _series(family: Family, part: str, label: str) -> dict[Labels, _Series]:
    """By labels without `label`, which tells the parts of one apart: those of the samples named with `part`."""
    found: dict[Labels, _Series] = defaultdict(_Series)
    for sample in family.samples:
        suffix = sample.name.removeprefix(family.name)
        if suffix == part and label in sample.labels:
            one = found[labels_of(sample, without=label)]
            one.parts[_float(sample.labels[label])] = sample.value
            if sample.exemplar:
                one.exemplars.append(sample.exemplar)
        elif suffix == "_sum":
            found[labels_of(sample)].sum = sample.value
        elif suffix == "_count":
            found[labels_of(sample)].count = sample.value
        else:
            continue
        found[labels_of(sample, without=label)].timestamp = sample.timestamp
    return found


def add_histogram(made: Metric, family: Family, now_ns: int, starts: Starts) -> None:
    """The points of a histogram; of one that cannot be, none."""
    created = created_of(family)
    for labels, one in _series(family, "_bucket", "le").items():
        bounds = sorted(bound for bound in one.parts if not math.isnan(bound))
        below = [one.parts[bound] for bound in bounds]
        count = below[-1] if bounds and bounds[-1] == math.inf else one.count
        if count is None:
            continue
        if not bounds or bounds[-1] != math.inf:
            bounds, below = [*bounds, math.inf], [*below, count]
        counts = [high - low for low, high in zip([0.0, *below], below, strict=False)]
        if not all(is_count(each) for each in counts):
            continue  # it counts what it cannot have counted
        at_ns = time_ns(one.timestamp, now_ns)
        point = HistogramDataPoint(
            attributes=attributes(labels),
            start_time_unix_nano=created.get(labels) or starts.of(family.name, labels, count, at_ns),
            time_unix_nano=at_ns,
            count=int(count),
            sum=one.sum,
            bucket_counts=[int(each) for each in counts],
            explicit_bounds=bounds[:-1],
            exemplars=[exemplar(given, at_ns) for given in one.exemplars],
        )
        made.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        made.histogram.data_points.append(point)


def add_summary(made: Metric, family: Family, now_ns: int, starts: Starts) -> None:
    """The points of a summary."""
    created = created_of(family)
    for labels, one in _series(family, "", "quantile").items():
        count, at_ns = one.count or 0.0, time_ns(one.timestamp, now_ns)
        if not is_count(count):
            continue
        quantiles = [
            SummaryDataPoint.ValueAtQuantile(quantile=quantile, value=value)
            for quantile, value in sorted(one.parts.items())
            if 0 <= quantile <= 1
        ]
        point = SummaryDataPoint(
            attributes=attributes(labels),
            start_time_unix_nano=created.get(labels) or starts.of(family.name, labels, count, at_ns),
            time_unix_nano=at_ns,
            count=int(count),
            sum=one.sum,
            quantile_values=quantiles,
        )
        made.summary.data_points.append(point)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
