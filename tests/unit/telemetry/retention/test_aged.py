"""By age: each kind has its own, and a trace is as old as its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.telemetry.retention.aged import aged
from phoenix_dev.telemetry.retention.steady_clock import SteadyClock
from tests import otlp

from .conftest import DAY, limits

if TYPE_CHECKING:
    from .conftest import Store

NOW = otlp.NOON + 100 * DAY


def remove_aged(store: Store) -> None:
    for shelf, numbers in aged(store.db, limits(), NOW):
        store.remover.remove(shelf, numbers, 0, "age")


def test_traces_stay_a_week_and_those_with_an_error_a_month(store: Store) -> None:
    ages = [1, 6, 8, 29, 31]
    normal = {age: store.trace("a", time=NOW - age * DAY) for age in ages}
    failed = {age: store.trace("a", error=True, time=NOW - age * DAY) for age in ages}
    remove_aged(store)
    assert store.kept(list(normal.values())) == [normal[1], normal[6]]
    assert store.kept(list(failed.values())) == [failed[1], failed[6], failed[8], failed[29]]


def test_logs_of_no_trace_stay_a_week_and_metrics_fifteen_days(store: Store) -> None:
    for age in (6, 8, 14, 16):
        store.send(otlp.logs("a", otlp.log(f"{age}", time=NOW - age * DAY)))
        store.send(otlp.metrics("a", otlp.gauge(f"m{age}", 1.0, time=NOW - age * DAY)))
    remove_aged(store)
    assert store.count("log_block") == 1
    assert store.count("metric_block") == 3


def test_a_trace_of_which_only_logs_came_is_as_old_as_its_last_log(store: Store) -> None:
    old, fresh = otlp.new_trace_id(), otlp.new_trace_id()
    for trace_id, ages in ((old, (9, 8)), (fresh, (9, 6))):
        for age in ages:
            store.send(otlp.logs("a", otlp.log("x", trace_id=trace_id, time=NOW - age * DAY)))
    remove_aged(store)
    assert set(store.stores.logs.of_traces([old, fresh])) == {fresh}


def test_a_trace_that_goes_on_for_days_is_as_old_as_its_end(store: Store) -> None:
    long = otlp.new_trace_id()
    store.send(otlp.traces("a", otlp.span(long, start=NOW - 9 * DAY, ms=4 * 24 * 3600 * 1000)))
    remove_aged(store)
    assert store.stores.traces.trace_ids("trace", long) == (long,)


def test_a_clock_that_is_set_forward_ages_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The battery of a laptop, a virtual machine that resumes with another host's time: nothing is older for it."""
    import time

    clock = SteadyClock()
    before = clock.now_ns()
    true_time = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: true_time() + 400 * DAY)
    assert 0 <= clock.now_ns() - before < DAY
    assert clock.ahead_ns() == pytest.approx(400 * DAY, rel=0.01)
    monkeypatch.setattr(time, "time_ns", lambda: true_time() - 400 * DAY)
    assert clock.now_ns() < before
