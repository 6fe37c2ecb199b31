"""The same exports made into series here and by Prometheus."""

from __future__ import annotations

import random
from time import time_ns
from typing import TYPE_CHECKING

from phoenix_dev.promql.source import is_stale
from phoenix_dev.telemetry.translation.translator import Translator
from phoenix_dev.watching.identity import give_environment
from tests import otlp
from tests.live.promql.asking import Answer, Prometheus, agree
from tests.live.promql.exports import Sender
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.live.compose.by_hand import ByHand

#: A measurement: labels of its series, time (Unix milliseconds), value, trace ID.
Measured = tuple[frozenset[tuple[str, str]], int, float, str]


def test_series_samples_and_exemplars_are_those_that_prometheus_makes(stack: ByHand) -> None:
    mark, prometheus, translator = otlp.new_span_id(), Prometheus(stack), Translator()
    sender = Sender(20260102, mark)
    ours: Answer = {}
    measured: set[Measured] = set()
    for step in range(4):
        export = sender.export(step)
        prometheus.tell(export)
        for samples in translator.samples(export):
            for labels, value in zip(samples.labels, samples.values, strict=True):
                kept = ours.setdefault(frozenset(labels.items()), {})
                if not is_stale(value):
                    kept.setdefault(samples.time_ms, value)
            measured |= {
                (_key(one.labels), one.time_ns // otlp.MS, one.value, one.trace_id) for one in samples.exemplars
            }
    theirs = prometheus.samples(f'{{__name__=~".*{mark}.*"}}')
    ours = {key: kept for key, kept in ours.items() if kept and mark in dict(key)["__name__"]}
    assert len(theirs) > 200
    assert ours.keys() ^ theirs.keys() == set()
    assert {key for key in ours if not agree({key: ours[key]}, {key: theirs[key]})} == set()
    assert measured == _exemplars(prometheus, mark)


def test_deltas_are_added_up_as_prometheus_adds_them_up(stack: ByHand) -> None:
    """And what is in one export with them is taken, which without its feature it is not."""
    prometheus, translator, name = Prometheus(stack), Translator(), f"deltas-{otlp.new_span_id()}"
    begin = otlp.minutes_from_now(-5) // otlp.MS * otlp.MS
    ours: Answer = {}
    for step in range(1, 4):
        time = begin + step * 15 * otlp.SECOND
        export = otlp.metrics(name, otlp.gauge("beside.them", step, time=time))
        metrics = export.resource_metrics[0].scope_metrics[0].metrics
        span = {"start_time_unix_nano": time - 15 * otlp.SECOND, "time_unix_nano": time}
        for counts in (True, False):
            made = metrics.add(name=f"done.{counts}", unit="{job}").sum
            made.is_monotonic, made.aggregation_temporality = counts, 1  # type: ignore[assignment]
            made.data_points.add(**span, as_int=3 if counts else -step)
        took = metrics.add(name="took", unit="s").histogram
        took.aggregation_temporality = 1  # type: ignore[assignment]
        took.data_points.add(**span, count=4 * step, sum=2.5, bucket_counts=[1, 4 * step - 1], explicit_bounds=[0.1])
        prometheus.tell(export)
        for samples in translator.samples(export):
            for labels, value in zip(samples.labels, samples.values, strict=True):
                ours.setdefault(_key(labels), {})[samples.time_ms] = value
    newest = {key: last_of(values) for key, values in ours.items()}
    theirs = prometheus.samples(f'{{service_name="{name}"}}')
    assert {dict(key)["__name__"]: value for key, value in newest.items() if ("le", "0.1") not in key} == {
        "beside_them_ratio": 3, "done_True_total": 9, "done_False": -6, "took_seconds_sum": 7.5,
        "took_seconds_count": 24, "took_seconds_bucket": 24,
    }  # fmt: skip
    assert agree(ours, theirs)


def test_exponential_histograms_become_explicit_ones_as_in_the_collector(stack: ByHand) -> None:
    prometheus, translator, name, dice = Prometheus(stack), Translator(), f"exp-{otlp.new_span_id()}", random.Random(3)
    shapes = [(unit, scale, kind) for unit in ("s", "By") for scale in (-2, 0, 3) for kind in (1, 2)]
    counts = [[dice.randrange(4) for _ in range(30)] for _ in shapes]
    ours: Answer = {}
    for step in range(1, 3):
        time = time_ns() - (3 - step) * otlp.SECOND
        export = otlp.metrics(name)
        for (unit, scale, kind), buckets in zip(shapes, counts, strict=True):
            metric = export.resource_metrics[0].scope_metrics[0].metrics.add(name=f"m{scale}.{kind}", unit=unit)
            metric.exponential_histogram.aggregation_temporality = kind  # type: ignore[assignment]
            times = step if kind == 2 else 1
            point = metric.exponential_histogram.data_points.add(time_unix_nano=time, scale=scale, sum=0.75 * times)
            point.count, point.zero_count = times * (sum(buckets) + 5), times * 5
            point.positive.offset = -12
            point.positive.bucket_counts.extend(times * one for one in buckets)
        stack.send("metrics", export)
        give_environment(export.resource_metrics[0].resource, "development")
        for samples in translator.samples(export):
            for labels, value in zip(samples.labels, samples.values, strict=True):
                ours.setdefault(_key(labels), {})[samples.time_ms] = value

    def both_have_the_same_last_values() -> bool:
        theirs = prometheus.samples(f'{{service_name="{name}"}}')
        last = ({key: {0: last_of(values)} for key, values in found.items()} for found in (ours, theirs))
        return agree(*last)

    wait_until(both_have_the_same_last_values, what="the second export, as ours")


def last_of(values: Mapping[int, float]) -> float:
    return values[max(values)]


def test_target_info_tells_of_the_resource(stack: ByHand) -> None:
    prometheus, name = Prometheus(stack), f"web-{otlp.new_span_id()}"
    time = otlp.minutes_from_now(-10) // otlp.MS * otlp.MS
    export = otlp.metrics(name, otlp.gauge("x", 1, time=time), otlp.gauge("x", 1, time=time + 400 * otlp.SECOND))
    export.resource_metrics[0].resource.attributes.extend(otlp.pairs({"os.type": "linux", "service.namespace": "shop"}))
    prometheus.tell(export)
    ours: Answer = {}
    for samples in Translator().samples(export):
        ours.setdefault(_key(samples.labels[0]), {})[samples.time_ms] = samples.values[0]
    found = prometheus.samples(f'{{job="shop/{name}"}}')
    assert len(found) == 2
    assert agree(ours, found)


def _key(labels: object) -> frozenset[tuple[str, str]]:
    return frozenset(dict(labels).items())  # type: ignore[call-overload]


def _exemplars(prometheus: Prometheus, mark: str) -> set[Measured]:
    now = otlp.minutes_from_now(1) / otlp.SECOND
    found = prometheus.ask("query_exemplars", {"query": f'{{__name__=~".*{mark}.*"}}', "start": now - 7200, "end": now})
    return {
        (_key(one["seriesLabels"]), round(each["timestamp"] * 1000), float(each["value"]), each["labels"]["trace_id"])
        for one in found
        for each in one["exemplars"]
    }
