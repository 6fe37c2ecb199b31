"""What else becomes series: logs, metrics, this machine; and what is done about a store that changes underneath."""

from __future__ import annotations

import os
import time
import tracemalloc
from array import array
from math import nan
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.writer import Writer
from phoenix_dev.watching import points
from phoenix_dev.watching.diary import Progress
from phoenix_dev.watching.host import Host
from phoenix_dev.watching.points import PointSeries
from tests import otlp
from tests.unit.watching.test_spans import CALLS, spans

if TYPE_CHECKING:
    from tests.unit.watching.conftest import Watched

LOGS = "phoenix_log_records_total"


def total(name: str, value: float, time_ms: int, start_ms: int) -> Metric:
    made = Metric(name=name, unit="1")
    made.sum.is_monotonic, made.sum.aggregation_temporality = True, 2  # type: ignore[assignment]
    made.sum.data_points.add(as_double=value, time_unix_nano=time_ms * 10**6, start_time_unix_nano=start_ms * 10**6)
    return made


def test_log_records_are_counted_by_service_and_severity(watched: Watched) -> None:
    watched.keep(
        otlp.logs("api", *(otlp.log("x", severity=number) for number in (9, 10, 17, 0))), otlp.logs("b", otlp.log("y"))
    )
    watched.flush()
    watched.kill()
    watched.keep(otlp.logs("api", otlp.log("x", severity=21)))
    watched.flush()
    assert watched.newest(LOGS, "service_name", "severity") == {
        ("api", "INFO"): 2,
        ("api", "ERROR"): 1,
        ("api", ""): 1,
        ("api", "FATAL"): 1,
        ("b", "INFO"): 1,
    }


def test_metrics_are_the_series_that_prometheus_makes_of_them(watched: Watched) -> None:
    began = watched.now_ms + 1_000
    watched.keep(
        otlp.metrics(
            "api", total("orders", 3, began + 2_000, began), otlp.gauge("load", 0.5, time=(began + 2_000) * 10**6)
        )
    )
    watched.flush()
    (orders,) = watched.streams("orders_total")
    assert (list(orders.times_ms), list(orders.values)) == ([began, began + 2_000], [0, 3])
    assert watched.newest("load_ratio", "job", "deployment_environment_name") == {("api", "development"): 0.5}
    watched.kill()
    watched.keep(otlp.metrics("api", total("orders", 8, began + 7_000, began)))
    watched.flush()
    (orders,) = watched.streams("orders_total")
    assert list(orders.values) == [0, 3, 8]


def test_what_was_sent_late_and_all_at_once_is_kept_at_its_own_times(watched: Watched) -> None:
    steps = [watched.now_ms - back for back in (30_000, 15_000, 0)]
    watched.keep(*(otlp.metrics("api", otlp.gauge("load", at % 97, time=at * 10**6)) for at in steps))
    watched.flush()
    watched.keep(otlp.metrics("api", otlp.gauge("load", 7, time=(steps[0] + 5_000) * 10**6)))
    watched.flush()
    (load,) = watched.streams("load_ratio")
    assert list(load.times_ms) == sorted([*steps, steps[0] + 5_000])
    assert list(load.values) == [steps[0] % 97, 7, steps[1] % 97, steps[2] % 97]


def test_answers_of_services_and_of_the_engine_become_series(watched: Watched) -> None:
    labels = ({"__name__": "phoenix_health_status", "service_name": "api", "endpoint": "readiness"},)
    for healthy in (1.0, 0.0):
        watched.answers.append((labels, watched.now_ms, array("d", [healthy])))
        watched.flush()
    (found,) = watched.streams("phoenix_health_status")
    assert (found.labels, list(found.values)) == (labels[0], [1, 0])


def test_this_machine_is_described_as_the_collector_does(watched: Watched) -> None:
    watched.watcher._look_s = 0.0
    watched.flush()
    watched.flush()
    (name,) = {labels[0] for labels in watched.newest("system_memory_utilization_ratio", "host_name", "state")}
    assert name
    assert watched.newest("system_memory_utilization_ratio", "job", state="used").keys() == {("infrastructure",)}
    shares = watched.newest("system_cpu_utilization_ratio", "cpu", "state", cpu="cpu0")
    assert sum(shares.values()) == pytest.approx(1) or not any(shares.values())
    assert all(0 < share < 1 for share in watched.newest("system_filesystem_utilization_ratio", "mountpoint").values())
    assert watched.newest("system_network_io_bytes_total", "device", "direction")


def test_a_look_at_this_machine_takes_no_time() -> None:
    host = Host()
    host.look(time.time_ns())
    began = time.process_time()
    host.look(time.time_ns())
    assert time.process_time() - began < 0.1


def test_what_retention_removed_before_it_was_counted_is_told(watched: Watched) -> None:
    watched.keep(spans("api", "a"))
    watched.flush()
    watched.keep(*(spans("api", "a") for _ in range(3)))
    watched.store.run(lambda db: db.execute("DELETE FROM span_block WHERE id = 3")).result()
    watched.flush()
    assert watched.newest(CALLS) == {(): 3}
    assert watched.said == ["1 span blocks were removed from the store before they were counted"]


def test_series_that_somebody_removed_or_met_damage_in_are_begun_anew(watched: Watched) -> None:
    kept = watched.home / "signals.db"
    for harm in (kept.unlink, (watched.home / "signals.db.suspect").touch):
        watched.flush()
        harm()
        with pytest.raises(NotReady, match=r"signals\.db (was removed|seems to be damaged)"):
            watched.flush()
        watched.kill()
    watched.keep(spans("api", "a"))
    watched.flush()
    assert watched.newest(CALLS) == {(): 1}


def test_a_store_that_was_begun_anew_is_read_from_its_beginning(watched: Watched) -> None:
    watched.keep(spans("api", "a"), spans("api", "a"))
    watched.flush()
    watched.store.close()
    for path in watched.home.glob("telemetry.db*"):
        path.unlink()
    watched.flush()
    watched.store = Writer(watched.home / "telemetry.db")
    watched.keep(spans("api", "a"))
    watched.flush()
    assert watched.newest(CALLS) == {(): 3}
    assert watched.said == [
        f"there is no telemetry yet: {watched.home}/telemetry.db does not exist",
        "the store was begun anew; counting goes on with what is in it",
    ]


def test_what_was_in_a_store_before_anybody_watched_is_not_counted(watched: Watched) -> None:
    watched.keep(spans("api", "a"))
    watched.store.run(lambda db: db.execute("UPDATE store SET created = created - 3600")).result()
    watched.flush()
    watched.keep(spans("api", "a"))
    watched.flush()
    assert watched.newest(CALLS) == {(): 1}
    assert watched.said == ["what was in the store before is not counted"]


def test_a_damaged_block_is_told_and_left_out(watched: Watched) -> None:
    watched.keep(spans("api", "a"), spans("api", "a"))
    watched.store.run(lambda db: db.execute("UPDATE span_block SET data = x'00' WHERE id = 1")).result()
    watched.flush()
    assert watched.newest(CALLS) == {(): 1}
    assert ["damaged block" in sentence for sentence in watched.said] == [True]


def test_a_block_that_cannot_be_counted_ends_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.keep(spans("api", "a"), otlp.metrics("api", otlp.gauge("load", 1)), otlp.logs("api", otlp.log("x")))
    monkeypatch.setattr(PointSeries, "add", lambda *_: 1 / 0)
    watched.flush()
    assert watched.newest(CALLS) == {(): 1} == watched.newest(LOGS)
    assert watched.said == ["a metric block is not counted: ZeroDivisionError: division by zero"]


def test_measurements_that_are_no_numbers_and_times_to_come_hold_up_nobody(watched: Watched) -> None:
    for clock in (watched.now_ms + 10**11, watched.now_ms + 1):
        wild, sound = total("orders", 3, clock, 0), total("rides", 1, clock, 0)
        wild.sum.data_points[0].exemplars.add(as_double=nan, trace_id=bytes(range(16)))
        sound.sum.aggregation_temporality = 1  # type: ignore[assignment]
        watched.keep(otlp.metrics("api", wild, sound))
        watched.flush()
    (orders,), (rides,) = watched.streams("orders_total"), watched.streams("rides_total")
    assert (list(orders.values), list(rides.values)) == ([3], [1])


def test_who_has_too_many_series_takes_no_place_from_others(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "MOST_SERIES", 200)
    watched.kill()
    for turn in range(3):
        at = (watched.now_ms + 1) * 10**6
        quiet = otlp.metrics("quiet", otlp.gauge("load", turn, time=at))
        noisy = [otlp.gauge("load", 1, time=at, id=number) for number in range(500)]
        long = otlp.gauge("load", 1, time=at, **{"x" * 10**6: "y"})
        watched.keep(quiet, otlp.metrics("noisy", *noisy, long))
        watched.flush()
    (load,) = watched.streams("load_ratio", service_name="quiet")
    assert list(load.values) == [0, 1, 2]
    assert (found := Progress.read(watched.home)) is not None
    assert found.refused > 300


def test_long_names_and_resources_are_not_remembered(watched: Watched) -> None:
    tracemalloc.start()
    for number in range(10):
        long = {f"{number}{letter}": letter * 50_000 for letter in "abcd"}
        long_name: dict[str, Any] = {"k" * 200_000: "v"}
        export = otlp.metrics("api", otlp.gauge(f"g{number}" + "x" * 200_000, 1, **long_name))
        export.resource_metrics[0].resource.attributes.extend(otlp.pairs(long))
        traces: Any = spans("api", "a")
        traces.resource_spans[0].resource.attributes.extend(otlp.pairs(long))
        watched.keep(export, traces)
    before, _ = tracemalloc.get_traced_memory()
    watched.flush()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert watched.newest(CALLS) == {(): 10}
    assert after - before < 10**6


def test_it_is_written_down_how_watching_goes_on(watched: Watched) -> None:
    watched.flush()
    found = Progress.read(watched.home)
    assert found is not None
    assert (found.pid, found.goes_on, found.behind) == (os.getpid(), True, 0)
    (watched.home / "watching.json").write_text("[]")
    assert Progress.read(watched.home) is None
