"""Figures, charts, promises and the history of alerts, of series that the embedded runtime made of spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.signals.tuning import Slo, Tuning
from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.usecases.alert_history import read_history
from phoenix_dev.usecases.courses import STEPS, read_courses
from phoenix_dev.usecases.metrics import read_figures
from phoenix_dev.usecases.slo import read_slos, service_levels
from tests import otlp
from tests.unit.watching.conftest import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.stores import Stores

MINUTE_NS = 60 * 10**9
#: `web` answers so many requests, of which one takes 700 ms and another fails; what `cron` does is no request.
ROUNDS, PER_ROUND = 16, 4


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Four minutes of requests."""
    made = Watched(tmp_path_factory.mktemp("measured"))
    for _ in range(ROUNDS):
        begin = made.now_ms * 10**6
        spans = [
            otlp.span(
                otlp.new_trace_id(),
                "GET /" if number < 3 else "POST /",
                start=begin,
                ms=700 if number == 1 else 20,
                kind=2,
                error="broken" if number == 3 else None,
            )
            for number in range(PER_ROUND)
        ]
        made.keep(otlp.traces("web", *spans), otlp.traces("cron", otlp.span(otlp.new_trace_id(), "job", start=begin)))
        made.evaluate(15_000)
    yield made
    made.close()


@pytest.fixture
def stores(watched: Watched) -> Stores:
    return open_stores(watched.home / "telemetry.db")


@pytest.fixture
def now(watched: Watched) -> int:
    return watched.now_ms * 10**6


def test_each_request_is_counted_whenever_the_counting_began(stores: Stores, now: int) -> None:
    group = read_figures(stores, "", now - 15 * MINUTE_NS, now).group("services")
    assert group is not None
    (web,) = group.rows  # what cron does is no request
    assert (web.value("requests"), web.value("errors"), web.value("error")) == (64, 16, 0.25)
    assert web.value("rate") == pytest.approx(64 / 900)
    assert web.value("p50") == pytest.approx(0.0175, abs=0.0075)
    assert web.value("p99") == pytest.approx(0.75, abs=0.25)
    assert web.course("rate")[-1] == pytest.approx(PER_ROUND / 15, rel=0.1)
    assert web.course("rate")[0] is None


def test_of_a_part_of_the_time_that_part_is_counted(stores: Stores, now: int) -> None:
    group = read_figures(stores, "", now - 2 * MINUTE_NS, now).group("services")
    assert group is not None
    assert group.rows[0].value("requests") == 32


def test_of_one_service_each_endpoint_has_a_row(stores: Stores, now: int) -> None:
    group = read_figures(stores, "web", now - 15 * MINUTE_NS, now).group("endpoints")
    assert group is not None
    assert [(row.name, row.value("requests"), row.value("errors")) for row in group.rows] == [
        ("GET /", 48, 0),
        ("POST /", 16, 16),
    ]
    assert read_figures(stores, 'web"} or {x!="', now - 15 * MINUTE_NS, now).groups == ()


def test_of_a_service_that_nobody_asks_anything_its_work_is_told(stores: Stores, now: int) -> None:
    (group,) = read_figures(stores, "cron", now - 15 * MINUTE_NS, now).groups
    assert [(row.name, row.value("requests")) for row in group.rows] == [("job", 16)]


def test_charts_have_the_bounds_of_the_settings_and_the_slowest_requests(stores: Stores, now: int) -> None:
    tuning = Tuning(thresholds={"api_latency_p95": {"warning": 0.123}})
    found = read_courses(stores, "web", now - 5 * MINUTE_NS, now, tuning)
    courses = {one.key: one for section in found.sections for one in section.courses}
    assert {"services-rate", "services-error", "services-p99", "endpoints-rate"} <= set(courses)
    durations = courses["services-p99"]
    assert [line.name for line in durations.lines] == ["p50", "p95", "p99"]
    assert [(bound.severity, bound.value) for bound in durations.bounds] == [("warning", 0.123), ("critical", 1.0)]
    assert len(durations.times_ns) == STEPS
    assert {round(one.value, 2) for one in durations.exemplars} == {0.7}
    assert found.troubles == ()


def test_a_promise_is_measured_over_what_there_is_of_its_window(stores: Stores, now: int) -> None:
    slos = (
        Slo("answers", "web", 0.7),
        Slo("fast", "web", 0.7, latency_s=0.5),
        Slo("all", "", 0.9, window_days=7),
        Slo("nobody", "nobody", 0.9),
    )
    answers, fast, every, nobody = read_slos(stores, slos, now)
    assert (answers.requests, answers.bad, answers.measured) == (64, 16, 0.75)
    assert answers.left == pytest.approx(1 / 6)
    assert [one.rate for one in answers.burns] == [pytest.approx(0.25 / 0.3, rel=0.01)] * 4
    assert answers.lasts_ns is None
    assert 4 * MINUTE_NS <= answers.covered_ns <= 8 * MINUTE_NS
    assert (fast.requests, fast.bad, fast.kept) == (64, 32, False)
    assert (every.requests, every.bad, every.window_ns) == (64, 16, 7 * 1440 * MINUTE_NS)
    assert (nobody.requests, nobody.measured, nobody.covered_ns) == (0, None, 0)


def test_of_a_budget_that_is_used_up_nobody_waits_for_the_end(stores: Stores, now: int) -> None:
    (state,) = read_slos(stores, (Slo("answers", "web", 0.76),), now)
    assert not state.kept
    assert state.lasts_ns is None


def test_without_promises_each_service_has_what_one_could_be_about(stores: Stores, now: int) -> None:
    (web,) = service_levels(stores, now - 1440 * MINUTE_NS, now)
    assert (web.service, web.requests, web.good, web.fast, web.within_s) == ("web", 64, 0.75, 0.5, 0.5)


def test_alerts_have_a_lane_with_their_state_at_each_time(stores: Stores, now: int) -> None:
    found = read_history(stores, now - 5 * MINUTE_NS, now)
    lanes = {(lane.name, lane.severity): lane for lane in found.lanes if lane.labels.get("service_name") == "web"}
    critical = lanes["ServiceErrorRate", "critical"].states
    order = list(dict.fromkeys(critical))
    assert order == ["inactive", "pending", "firing"]
    assert set(lanes["ServiceErrorRate", "warning"].states) == {"inactive", "pending"}
    assert read_history(stores, now - 60 * MINUTE_NS, now - 30 * MINUTE_NS).lanes == ()
