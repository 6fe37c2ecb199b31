"""The series that Prometheus would make of an export. tests/live/promql asks Prometheus itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from phoenix_dev.promql.source import is_stale
from phoenix_dev.telemetry.translation.labels import PROMOTED
from phoenix_dev.telemetry.translation.memory import Memory
from phoenix_dev.telemetry.translation.translator import Translator
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = otlp.NOON
NOW_MS = NOW // otlp.MS
MINUTE = 60 * otlp.SECOND


class Sent:
    """What a translator makes of one export after the other."""

    def __init__(self, most: int = 1000) -> None:
        self.translator = Translator(most)

    def __call__(self, export: Any) -> dict[str, list[tuple[int, float]]]:
        """Samples by series, spelt `name{label=value,…}`; times in seconds from now. An end is the value -1."""
        found: dict[str, list[tuple[int, float]]] = {}
        for samples in self.translator.samples(export):
            for labels, value in zip(samples.labels, samples.values, strict=True):
                kept = found.setdefault(spelt(labels), [])
                kept.append(((samples.time_ms - NOW_MS) // 1000, -1 if is_stale(value) else value))
        return found


def spelt(labels: Any) -> str:
    pairs = ",".join(f"{name}={value}" for name, value in sorted(labels.items()) if name != "__name__")
    return f"{labels['__name__']}{{{pairs}}}"


def export(**attributes: Any) -> Any:
    """An export of a service, with further attributes of its resource by name with `_` for dots."""
    made = otlp.metrics("web")
    further = {name.replace("_", "."): value for name, value in attributes.items()}
    made.resource_metrics[0].resource.attributes.extend(otlp.pairs(further))
    return made


def metric(made: Any, name: str, unit: str = "") -> Any:
    return made.resource_metrics[0].scope_metrics[0].metrics.add(name=name, unit=unit)


def add_count(made: Any, value: int, *, time: int = NOW, start: int = 0, delta: bool = False, **attributes: Any) -> Any:
    counter = metric(made, "jobs").sum
    counter.is_monotonic = True
    counter.aggregation_temporality = 1 if delta else 2
    return counter.data_points.add(
        time_unix_nano=time, start_time_unix_nano=start, as_int=value, attributes=otlp.pairs(attributes)
    )


def add_latency(made: Any, counts: list[int], *, time: int = NOW, start: int = 0, delta: bool = False) -> Any:
    histogram = metric(made, "latency", "s").histogram
    histogram.aggregation_temporality = 1 if delta else 2
    return histogram.data_points.add(
        time_unix_nano=time,
        start_time_unix_nano=start,
        sum=1.5,
        count=sum(counts),
        bucket_counts=counts,
        explicit_bounds=[0.1, 1.0],
    )


def test_what_is_promoted_is_what_the_real_stack_promotes() -> None:
    file = Path(__file__).parents[4] / "compose" / "prometheus" / "prometheus.yml"
    assert sorted(PROMOTED) == sorted(yaml.safe_load(file.read_text())["otlp"]["promote_resource_attributes"])


def test_a_point_bears_its_attributes_its_job_and_what_is_promoted() -> None:
    made = export(service_namespace="shop", service_instance_id="i", host_name="h", process_pid=7)
    add_count(made, 3, shard=1, job="own", host_name="own")
    assert Sent()(made) == {
        "jobs_total{host_name=own,instance=i,job=shop/web,service_instance_id=i,service_name=web,"
        "service_namespace=shop,shard=1}": [(0, 3)],
        "target_info{host_name=h,instance=i,job=shop/web,process_pid=7,service_instance_id=i,service_name=web,"
        "service_namespace=shop}": [(0, 1)],
    }


def test_attributes_that_come_to_share_a_name_are_joined() -> None:
    made = export()
    point = metric(made, "x", "1").gauge.data_points.add(time_unix_nano=NOW, as_int=1)
    named = {"a_b": "3", "a.b": "2", "a-b": "1", "empty": "", "éé": "no name", "__name__": "y"}
    point.attributes.extend(otlp.pairs(named))
    assert Sent()(made) == {"x_ratio{a_b=1;2;3,job=web,service_name=web}": [(0, 1)]}


def test_a_histogram_becomes_buckets_that_add_up() -> None:
    made = export()
    add_latency(made, [1, 2, 3])
    base = "job=web{},service_name=web"
    assert Sent()(made) == {
        f"latency_seconds_bucket{{{base.format(',le=0.1')}}}": [(0, 1)],
        f"latency_seconds_bucket{{{base.format(',le=1')}}}": [(0, 3)],
        f"latency_seconds_bucket{{{base.format(',le=+Inf')}}}": [(0, 6)],
        f"latency_seconds_count{{{base.format('')}}}": [(0, 6)],
        f"latency_seconds_sum{{{base.format('')}}}": [(0, 1.5)],
    }


def test_a_summary_becomes_quantiles() -> None:
    made = export()
    point = metric(made, "latency", "s").summary.data_points.add(time_unix_nano=NOW, sum=2.5, count=2)
    point.quantile_values.add(quantile=0.5, value=1.25)
    assert list(Sent()(made)) == [
        "latency_seconds_sum{job=web,service_name=web}",
        "latency_seconds_count{job=web,service_name=web}",
        "latency_seconds{job=web,quantile=0.5,service_name=web}",
    ]


def test_where_counting_began_is_a_sample_of_zero_told_once() -> None:
    sent = Sent()

    def counted(value: int, time: int, start: int) -> Any:
        made = export()
        add_count(made, value, time=NOW + time, start=NOW + start)
        (samples,) = sent(made).values()
        return samples

    assert counted(5, 0, -MINUTE) == [(-60, 0), (0, 5)]
    assert counted(7, MINUTE, -MINUTE) == [(60, 7)]
    assert counted(1, 3 * MINUTE, 2 * MINUTE) == [(120, 0), (180, 1)]
    assert counted(2, 4 * MINUTE, 4 * MINUTE) == [(240, 2)]


def test_deltas_are_added_up_each_once() -> None:
    sent = Sent()

    def counted(value: int, minute: int) -> list[list[tuple[int, float]]]:
        made = export()
        add_count(made, value, time=NOW + minute * MINUTE, start=NOW + (minute - 1) * MINUTE, delta=True)
        add_latency(made, [value, 0, 1], time=NOW + minute * MINUTE, start=NOW + (minute - 1) * MINUTE, delta=True)
        found = sent(made)
        return [found[name] for name in sorted(found) if "le=0.1" in name or "jobs" in name]

    assert counted(5, 0) == [[(-60, 0), (0, 5)]] * 2
    assert counted(2, 1) == [[(60, 7)]] * 2
    assert counted(2, 1) == []
    assert counted(1, 3) == [[(180, 8)]] * 2


def test_a_point_without_a_value_ends_its_series() -> None:
    made = export()
    add_count(made, 0).flags = 1
    assert Sent()(made) == {"jobs_total{job=web,service_name=web}": [(0, -1)]}


def test_target_info_stands_between_first_and_last_point_and_not_a_million_times() -> None:
    made = export(os_type="linux")
    for time in (NOW, NOW + 7 * MINUTE):
        add_count(made, 1, time=time)
    name = "target_info{job=web,os_type=linux,service_name=web}"
    assert Sent()(made)[name] == [(0, 1), (150, 1), (300, 1), (420, 1)]
    add_count(made, 1, time=1_000_000)
    assert len(Sent()(made)[name]) == 101


def test_what_prometheus_cannot_keep_gives_nothing() -> None:
    made = export()
    add_count(made, 1, time=0)
    add_count(made, 1, time=2**64 - 1)
    metric(made, "…", "{x}").gauge.data_points.add(time_unix_nano=NOW)
    metric(made, "exponential").exponential_histogram.data_points.add(time_unix_nano=NOW)
    metric(made, "neither").sum.data_points.add(time_unix_nano=NOW)
    metric(made, "nothing")
    assert Sent()(made) == {}


def test_exemplars_stand_at_the_bucket_they_fell_into() -> None:
    made = export()
    points = [add_latency(made, [1, 1, 1]), add_count(made, 1)]
    values = (0.1, 0.5, 7.0, float("nan"))
    for point in points:
        for place, value in enumerate(values):
            point.exemplars.add(time_unix_nano=NOW + 1, as_double=value, trace_id=bytes([place + 1] * 16))
        point.exemplars.add(time_unix_nano=NOW, as_double=1)

    def found() -> Iterator[tuple[str, str]]:
        for samples in Translator().samples(made):
            for one in samples.exemplars:
                assert one.time_ns == NOW
                yield one.labels.get("le", one.labels["__name__"]), one.trace_id[:2]

    ends = ["0.1", "1", "+Inf", "+Inf"] + ["jobs_total"] * 4
    assert list(found()) == list(zip(ends, ["01", "02", "03", "04"] * 2, strict=True))


def test_the_same_series_have_the_same_labels_as_long_as_they_are_remembered() -> None:
    translator = Translator(most=2)

    def labels(*values: Any) -> list[int]:
        made = export()
        for value in values:
            add_count(made, 1, shard=value)
        return [id(samples.labels) for samples in translator.samples(made)]

    first = labels("a", "b")
    assert labels("a", "b") == first
    kept = labels("c", "b")
    assert kept[1] == first[1]
    assert labels("c", "b") == kept


def test_large_labels_push_out_what_came_longest_ago() -> None:
    memory = Memory(most=100, most_characters=2000)
    first = memory.of("first", lambda: ({"a": "x" * 900},))
    assert memory.of("first", tuple) is first
    memory.of("second", lambda: ({"a": "x" * 900},))
    assert memory.of("first", tuple) is first
    memory.of("third", lambda: ({"a": "x" * 900},))
    assert memory.of("first", tuple) is first, "it came after the second"
    assert memory.of("second", lambda: ({"a": "anew"},)).labels == ({"a": "anew"},)
    larger = memory.of("larger than all", lambda: ({"a": "x" * 9000},))
    assert memory.of("larger than all", tuple) is larger


def test_what_is_still_to_come_and_what_has_too_many_buckets_is_left_out() -> None:
    made = export()
    point = add_latency(made, [1] * 1001)
    point.explicit_bounds[:] = range(1000)
    sent = Sent()
    assert sent(made)
    point.explicit_bounds.append(1000)
    assert not sent(made)
    assert sent.translator.left_out == 1
    made = export()
    add_count(made, 1, delta=True)
    assert not list(sent.translator.samples(made, NOW_MS - 1))
    assert [one.values[-1] for one in sent.translator.samples(made, NOW_MS)] == [1]
