"""What every MetricStore and ServiceStore promises."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.stores.metrics import MetricQuery
from tests import otlp

if TYPE_CHECKING:
    from tests.contract.conftest import Kept


def test_points_come_back_as_they_were_sent(kept: Kept) -> None:
    kept.send(otlp.metrics("a", otlp.gauge("queue.length", 4.5, shard="x")))
    (point,) = kept.stores.metrics.points(MetricQuery())
    assert (point.service, point.name, point.unit, point.kind) == ("a", "queue.length", "1", "gauge")
    assert (point.time_ns, point.value, point.attributes) == (otlp.NOON, 4.5, {"shard": "x"})


def test_histograms_come_back_with_sum_and_count(kept: Kept) -> None:
    export = otlp.metrics("a")
    metric = export.resource_metrics[0].scope_metrics[0].metrics.add(name="latency", unit="s")
    metric.histogram.data_points.add(time_unix_nano=otlp.NOON, sum=1.5, count=3)
    kept.send(export)
    (point,) = kept.stores.metrics.points(MetricQuery(name="latency"))
    assert (point.kind, point.value, point.count) == ("histogram", 1.5, 3)


def test_points_are_chosen_by_name_service_and_time(kept: Kept) -> None:
    kept.send(
        otlp.metrics("a", otlp.gauge("one", 1), otlp.gauge("two", 2, time=otlp.NOON + 9)),
        otlp.metrics("b", otlp.gauge("one", 3, time=otlp.NOON + 5)),
    )

    def found(query: MetricQuery) -> list[float]:
        return [point.value for point in kept.stores.metrics.points(query)]

    assert found(MetricQuery()) == [1, 3, 2]
    assert found(MetricQuery(name="one")) == [1, 3]
    assert found(MetricQuery(service="a")) == [1, 2]
    assert found(MetricQuery(since_ns=otlp.NOON + 5, until_ns=otlp.NOON + 5)) == [3]
    assert kept.stores.metrics.names() == ("one", "two")


def test_services_are_known_by_what_arrived_from_each(kept: Kept) -> None:
    before = time.time_ns()
    trace_id = otlp.new_trace_id()
    kept.send(
        otlp.traces("web", otlp.span(trace_id), otlp.span(trace_id, error="x")),
        otlp.logs("web", otlp.log("x")),
        otlp.metrics("db", otlp.gauge("one", 1), otlp.gauge("two", 1)),
    )
    db, web = kept.stores.services.activity(before)
    assert (db.service, db.spans, db.logs, db.points) == ("db", 0, 0, 2)
    assert (web.service, web.spans, web.error_spans, web.logs, web.points) == ("web", 2, 1, 1, 0)
    assert web.last_ns >= before
    assert kept.stores.services.activity(time.time_ns() + 120 * otlp.SECOND) == ()


def test_the_age_of_what_is_kept(kept: Kept) -> None:
    assert kept.stores.services.oldest_ns() is None
    before = time.time_ns()
    kept.send(otlp.logs("web", otlp.log("x")))
    oldest = kept.stores.services.oldest_ns()
    assert oldest is not None
    assert before - 60 * otlp.SECOND <= oldest <= time.time_ns()
