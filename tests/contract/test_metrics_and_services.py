"""What every MetricStore and ServiceStore promises."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.stores.metrics import MetricQuery
from tests import otlp
from tests.contract.keeping import came_back
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.model.service import ServiceActivity
    from tests.contract.keeping import Kept


def test_points_come_back_as_they_were_sent(kept: Kept) -> None:
    kept.send(otlp.metrics(kept.own("a"), otlp.gauge("queue.length", 4.5, time=kept.now, shard="x")))
    (point,) = kept.stores.metrics.points(MetricQuery(service=kept.own("a")))
    as_sent = kept.stores.metrics.capabilities.as_sent
    assert (point.service, point.name, point.kind) == (kept.own("a"), kept.metric("queue.length"), "gauge")
    assert (point.time_ns, point.value, point.count) == (kept.now, 4.5, 1)
    assert point.unit == ("1" if as_sent else "")
    assert came_back({"shard": "x"}, point.attributes, as_sent=as_sent)
    assert came_back({"service.name": kept.own("a")}, point.resource, as_sent=as_sent)


def test_histograms_come_back_with_sum_and_count(kept: Kept) -> None:
    export = otlp.metrics(kept.own("a"))
    metric = export.resource_metrics[0].scope_metrics[0].metrics.add(name="latency", unit="s")
    metric.histogram.aggregation_temporality = 2  # type: ignore[assignment]
    metric.histogram.data_points.add(
        time_unix_nano=kept.now, sum=1.5, count=3, bucket_counts=[1, 2], explicit_bounds=[0.5]
    )
    kept.send(export)
    (point,) = kept.stores.metrics.points(MetricQuery(name=kept.metric("latency", "s"), service=kept.own("a")))
    assert (point.kind, point.value, point.count) == ("histogram", 1.5, 3)


def test_points_are_chosen_by_name_service_and_time(kept: Kept) -> None:
    one, two = f"one.{kept.mark}", f"two.{kept.mark}"
    kept.send(
        otlp.metrics(
            kept.own("a"),
            otlp.gauge(one, 1, time=kept.now),
            otlp.gauge(two, 2, time=kept.now + 9 * otlp.MS),
        ),
        otlp.metrics(kept.own("b"), otlp.gauge(one, 3, time=kept.now + 5 * otlp.MS)),
    )

    def found(query: MetricQuery) -> list[float]:
        return [point.value for point in kept.stores.metrics.points(query)]

    middle = kept.now + 5 * otlp.MS
    assert found(MetricQuery(name=kept.metric(one))) == [1, 3]
    assert found(MetricQuery(service=kept.own("a"))) == [1, 2]
    assert found(MetricQuery(name=kept.metric(one), since_ns=middle, until_ns=middle)) == [3]
    assert found(MetricQuery(name=kept.metric(one), service=kept.own("a"))) == [1]
    assert found(MetricQuery(name=kept.metric(one)[:-1])) == []
    assert found(MetricQuery(name=kept.metric(one), since_ns=10**25)) == []
    assert found(MetricQuery(name=kept.metric(one), since_ns=-(10**25), until_ns=10**25)) == [1, 3]
    names = kept.stores.metrics.names()
    assert {kept.metric(one), kept.metric(two)} <= set(names)
    assert list(names) == sorted(names)


def test_a_name_that_nothing_bears_finds_nothing_whatever_is_in_it(kept: Kept) -> None:
    kept.send(otlp.metrics(kept.own("a"), otlp.gauge("a", 1, time=kept.now)))
    for value in ['x"} or {a="', "a|b", "\\", "`", ".*", "a\nb", "\x00", "🙂", "x" * 100_000]:
        assert kept.stores.metrics.points(MetricQuery(name=value)) == ()
        assert kept.stores.metrics.points(MetricQuery(service=value)) == ()


def test_services_are_known_by_what_arrived_from_each(kept: Kept) -> None:
    before = time.time_ns()
    trace_id = otlp.new_trace_id()
    kept.send(
        otlp.traces(
            kept.own("web"),
            otlp.span(trace_id, start=kept.now),
            otlp.span(trace_id, error="x", start=kept.now),
        ),
        otlp.logs(kept.own("web"), otlp.log("x", time=kept.now)),
        otlp.metrics(kept.own("db"), otlp.gauge("one", 1, time=kept.now), otlp.gauge("two", 1, time=kept.now)),
    )

    def of_mine() -> list[ServiceActivity]:
        every = kept.stores.services.activity(before - 60 * otlp.SECOND)
        assert [one.service for one in every] == sorted(one.service for one in every)
        return [one for one in every if one.service.endswith(kept.mark)]

    def counted() -> bool:
        return {(one.service, one.spans, one.error_spans, one.logs, one.points) for one in of_mine()} == {
            (kept.own("db"), 0, 0, 0, 2),
            (kept.own("web"), 2, 1, 1, 0),
        }

    if kept.stores.services.capabilities.at_once:
        assert counted()
    wait_until(counted, what=lambda: f"the right counts, not {of_mine()},")
    calls = f'sum by (status_code) (traces_span_metrics_calls_total{{service_name="{kept.own("web")}"}})'
    found = kept.stores.metrics.query(calls, kept.now + 60 * otlp.SECOND)
    assert {one.labels["status_code"]: one.samples[0][1] for one in found} == {
        "STATUS_CODE_ERROR": 1,
        "STATUS_CODE_UNSET": 1,
    }
    for one in of_mine():
        assert before - 60 * otlp.SECOND <= one.last_ns <= time.time_ns()
    assert kept.stores.services.activity(time.time_ns() + 120 * otlp.SECOND) == ()


def test_the_age_of_what_is_kept(kept: Kept) -> None:
    assert kept.stores.services.oldest_ns() is None
    before = time.time_ns()
    kept.send(otlp.logs(kept.own("web"), otlp.log("x", time=kept.now)))
    oldest = kept.stores.services.oldest_ns()
    if not kept.stores.services.capabilities.age:
        assert oldest is None
        return
    assert oldest is not None
    assert before - 60 * otlp.SECOND <= oldest <= time.time_ns()
