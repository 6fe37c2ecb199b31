"""Prometheus' metrics → OTLP, as OpenTelemetry's specification maps them ("Prometheus and OpenMetrics Compatibility").

Names stay as they were told, suffixes and all, so that a metric has the same name on both runtimes.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    Exemplar,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client import Metric as Family
    from prometheus_client.samples import Exemplar as GivenExemplar
    from prometheus_client.samples import Sample

    from phoenix_dev.scraping.starts import Starts

#: Units that OpenMetrics spells out, in UCUM.
_UNITS = {"seconds": "s", "bytes": "By", "ratio": "1", "celsius": "Cel", "meters": "m", "volts": "V", "amperes": "A"}
_HEX = {"trace_id": re.compile(r"[0-9a-fA-F]{32}"), "span_id": re.compile(r"[0-9a-fA-F]{16}")}
_TARGET_INFO = "target"
_UINT64 = 1 << 64

Labels = tuple[tuple[str, str], ...]


def target_labels(families: Iterable[Family]) -> dict[str, str]:
    """What a page says of its service itself: the labels of `target_info`."""
    samples = (sample for family in families for sample in family.samples)
    return next((dict(sample.labels) for sample in samples if sample.name == "target_info"), {})


def otlp_metrics(families: Iterable[Family], now_ns: int, starts: Starts) -> Iterator[Metric]:
    """The metrics of a page that was scraped at `now_ns` (Unix); `starts` knows since when its counters count."""
    for family in families:
        if _is_target_info(family):
            continue
        made = Metric(name=family.name, description=family.documentation, unit=_UNITS.get(family.unit, family.unit))
        match family.type:
            case "counter":
                _counter(made, family, now_ns, starts)
            case "histogram":
                _histogram(made, family, now_ns, starts)
            case "summary":
                _summary(made, family, now_ns, starts)
            case "gaugehistogram":
                pass  # OTLP has nothing like it
            case _:
                yield from _gauges(made, family.samples, now_ns)
        if made.WhichOneof("data") is not None:
            yield made


def gauge(name: str, value: float, now_ns: int, unit: str = "") -> Metric:
    """A metric of one value."""
    made = Metric(name=name, unit=unit)
    made.gauge.data_points.add(time_unix_nano=now_ns, as_double=value)
    return made


def attributes(labels: Iterable[tuple[str, str]]) -> list[KeyValue]:
    """Labels as attributes; an empty label is none (Prometheus' data model)."""
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in labels if value]


def _is_target_info(family: Family) -> bool:
    return family.name == "target_info" or (family.type == "info" and family.name == _TARGET_INFO)


def _counter(made: Metric, family: Family, now_ns: int, starts: Starts) -> None:
    created = _created(family)
    totals = [sample for sample in family.samples if sample.name != f"{family.name}_created"]
    if totals:
        made.name = totals[0].name
        made.sum.is_monotonic = True
        made.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        made.sum.data_points.extend(_total(sample, created, now_ns, starts) for sample in totals)


def _total(sample: Sample, created: Mapping[Labels, int], now_ns: int, starts: Starts) -> NumberDataPoint:
    labels, at_ns = _labels(sample), _time_ns(sample.timestamp, now_ns)
    start_ns = created.get(labels) or starts.of(sample.name, labels, sample.value, at_ns)
    point = NumberDataPoint(
        attributes=attributes(labels), start_time_unix_nano=start_ns, time_unix_nano=at_ns, as_double=sample.value
    )
    if sample.exemplar:
        point.exemplars.append(_exemplar(sample.exemplar, at_ns))
    return point


def _gauges(made: Metric, samples: Iterable[Sample], now_ns: int) -> Iterator[Metric]:
    """A metric for each name: of a family without a type they may differ."""
    by_name: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    for name, those in by_name.items():
        metric = Metric(name=name, description=made.description, unit=made.unit)
        for sample in those:
            at_ns = _time_ns(sample.timestamp, now_ns)
            metric.gauge.data_points.add(
                attributes=attributes(_labels(sample)), time_unix_nano=at_ns, as_double=sample.value
            )
        yield metric


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
            one = found[_labels(sample, without=label)]
            one.parts[_float(sample.labels[label])] = sample.value
            if sample.exemplar:
                one.exemplars.append(sample.exemplar)
        elif suffix == "_sum":
            found[_labels(sample)].sum = sample.value
        elif suffix == "_count":
            found[_labels(sample)].count = sample.value
        else:
            continue
        found[_labels(sample, without=label)].timestamp = sample.timestamp
    return found


def _histogram(made: Metric, family: Family, now_ns: int, starts: Starts) -> None:
    created = _created(family)
    for labels, one in _series(family, "_bucket", "le").items():
        bounds = sorted(bound for bound in one.parts if not math.isnan(bound))
        below = [one.parts[bound] for bound in bounds]
        count = below[-1] if bounds and bounds[-1] == math.inf else one.count
        if count is None:
            continue
        if not bounds or bounds[-1] != math.inf:
            bounds, below = [*bounds, math.inf], [*below, count]
        counts = [high - low for low, high in zip([0.0, *below], below, strict=False)]
        if not all(_is_count(each) for each in counts):
            continue  # it counts what it cannot have counted
        at_ns = _time_ns(one.timestamp, now_ns)
        point = HistogramDataPoint(
            attributes=attributes(labels),
            start_time_unix_nano=created.get(labels) or starts.of(family.name, labels, count, at_ns),
            time_unix_nano=at_ns,
            count=int(count),
            sum=one.sum,
            bucket_counts=[int(each) for each in counts],
            explicit_bounds=bounds[:-1],
            exemplars=[_exemplar(given, at_ns) for given in one.exemplars],
        )
        made.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        made.histogram.data_points.append(point)


def _summary(made: Metric, family: Family, now_ns: int, starts: Starts) -> None:
    created = _created(family)
    for labels, one in _series(family, "", "quantile").items():
        count, at_ns = one.count or 0.0, _time_ns(one.timestamp, now_ns)
        if not _is_count(count):
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


def _exemplar(given: GivenExemplar, now_ns: int) -> Exemplar:
    """Its trace and span stand in its labels (OpenMetrics 1.0, "Exemplars")."""
    ids = {key for key, form in _HEX.items() if form.fullmatch(given.labels.get(key, ""))}
    made = Exemplar(as_double=given.value, time_unix_nano=_time_ns(given.timestamp, now_ns))
    made.filtered_attributes.extend(attributes((key, value) for key, value in given.labels.items() if key not in ids))
    for key in ids:
        setattr(made, key, bytes.fromhex(given.labels[key]))
    return made


def _created(family: Family) -> dict[Labels, int]:
    """Since when the counters of a family count, where it says so (OpenMetrics' `_created`), in Unix nanoseconds."""
    name = f"{family.name}_created"
    return {_labels(one): _nanoseconds(one.value) for one in family.samples if one.name == name}


def _labels(sample: Sample, without: str = "") -> Labels:
    return tuple(sorted((key, value) for key, value in sample.labels.items() if key != without))


def _time_ns(timestamp: object, now_ns: int) -> int:
    """A sample's own time, seldom given, else that of the scrape."""
    return now_ns if timestamp is None else _nanoseconds(float(timestamp)) or now_ns  # type: ignore[arg-type]


def _nanoseconds(seconds: float) -> int:
    """Unix nanoseconds; 0 for what is no time that OTLP can hold."""
    if not math.isfinite(seconds):
        return 0
    ns = round(seconds * 1e9)
    return ns if 0 <= ns < _UINT64 else 0


def _is_count(value: float) -> bool:
    return 0 <= value < _UINT64 and value == value


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
