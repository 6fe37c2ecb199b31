"""Prometheus' metrics → OTLP, as OpenTelemetry's specification maps them ("Prometheus and OpenMetrics Compatibility").

Names stay as they were told, suffixes and all, so that a metric has the same name on both runtimes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, Metric, NumberDataPoint

from phoenix_dev.scraping.buckets import add_histogram, add_summary
from phoenix_dev.scraping.points import attributes, created_of, exemplar, labels_of, time_ns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client import Metric as Family
    from prometheus_client.samples import Sample

    from phoenix_dev.scraping.points import Labels
    from phoenix_dev.scraping.starts import Starts

#: Units that OpenMetrics spells out, in UCUM.
_UNITS = {"seconds": "s", "bytes": "By", "ratio": "1", "celsius": "Cel", "meters": "m", "volts": "V", "amperes": "A"}
_TARGET_INFO = "target"


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
                add_histogram(made, family, now_ns, starts)
            case "summary":
                add_summary(made, family, now_ns, starts)
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


def _is_target_info(family: Family) -> bool:
    return family.name == "target_info" or (family.type == "info" and family.name == _TARGET_INFO)


def _counter(made: Metric, family: Family, now_ns: int, starts: Starts) -> None:
    created = created_of(family)
    totals = [sample for sample in family.samples if sample.name != f"{family.name}_created"]
    if totals:
        made.name = totals[0].name
        made.sum.is_monotonic = True
        made.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        made.sum.data_points.extend(_total(sample, created, now_ns, starts) for sample in totals)


def _total(sample: Sample, created: Mapping[Labels, int], now_ns: int, starts: Starts) -> NumberDataPoint:
    labels, at_ns = labels_of(sample), time_ns(sample.timestamp, now_ns)
    start_ns = created.get(labels) or starts.of(sample.name, labels, sample.value, at_ns)
    point = NumberDataPoint(
        attributes=attributes(labels), start_time_unix_nano=start_ns, time_unix_nano=at_ns, as_double=sample.value
    )
    if sample.exemplar:
        point.exemplars.append(exemplar(sample.exemplar, at_ns))
    return point


def _gauges(made: Metric, samples: Iterable[Sample], now_ns: int) -> Iterator[Metric]:
    """A metric for each name: of a family without a type they may differ."""
    by_name: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    for name, those in by_name.items():
        metric = Metric(name=name, description=made.description, unit=made.unit)
        for sample in those:
            at_ns = time_ns(sample.timestamp, now_ns)
            metric.gauge.data_points.add(
                attributes=attributes(labels_of(sample)), time_unix_nano=at_ns, as_double=sample.value
            )
        yield metric
