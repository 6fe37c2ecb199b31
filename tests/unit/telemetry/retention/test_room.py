"""By size: the oldest of whoever has most goes, whole; what failed stays longest; nothing is torn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.retention import room, weighing
from tests import otlp

if TYPE_CHECKING:
    import pytest

    from .conftest import Store


def test_the_oldest_of_the_service_that_has_most_goes_first(store: Store) -> None:
    quiet = [store.trace("quiet") for _ in range(20)]
    noisy = [store.trace("noisy") for _ in range(200)]
    store.make_room(0.5)
    assert store.kept(quiet) == quiet
    kept = store.kept(noisy)
    assert kept == noisy[-len(kept) :]
    assert 80 < len(kept) < 100


def test_services_are_cut_to_the_same_size(store: Store) -> None:
    large = [store.trace("large", size=4000) for _ in range(50)]
    small = [store.trace("small", size=1000) for _ in range(50)]
    store.make_room(0.7)
    assert len(store.kept(large)) < 15
    assert 20 < len(store.kept(small)) < 50


def test_a_trace_counts_for_the_service_with_most_bytes_in_it(store: Store) -> None:
    trace_ids = []
    for _ in range(30):
        trace_ids.append(store.trace("heavy", size=3000))
        store.send(otlp.logs("light", otlp.log("seen", trace_id=trace_ids[-1])))
    light = [store.trace("light", size=800) for _ in range(30)]
    store.make_room(0.3)
    assert store.kept(light) == light


def test_what_failed_goes_last(store: Store) -> None:
    failed = [store.trace("a", error=True) for _ in range(20)]
    normal = [store.trace("a") for _ in range(80)]
    store.make_room(0.6)
    assert store.kept(failed) == failed
    assert len(store.kept(normal)) < 25


def test_failures_that_fill_more_than_half_leave_room_for_the_rest(store: Store) -> None:
    failed = [store.trace("broken", error=True) for _ in range(90)]
    normal = [store.trace("sound") for _ in range(10)]
    store.make_room(0.3)
    assert store.kept(normal) == normal
    assert 55 < len(store.kept(failed)) < 65


def test_a_trace_that_still_arrives_stays_while_whole_ones_can_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.trace("a")
    others = [store.trace("a") for _ in range(50)]
    monkeypatch.setattr(room, "QUIET_S", (0.0, 0.0))
    store.arrivals.mark()
    late = otlp.span(first, span_id=otlp.new_span_id(store.noise))
    store.send(otlp.traces("b", late))
    store.room.make(0.5, urgent=False)
    assert len(store.stores.traces.spans([first])[first]) == 4
    assert 10 < len(store.kept(others)) < 40


def test_who_has_little_gives_nothing_while_who_has_most_still_arrives(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that fills within a minute: of the noisy service nothing is old enough to be certainly whole."""
    monkeypatch.setattr(room, "QUIET_S", (0.2, 0.0, 0.0))
    quiet = [store.trace("quiet") for _ in range(20)]
    store.arrivals.mark()
    time.sleep(0.3)  # the time that the quiet service's have to be whole
    noisy = [store.trace("noisy") for _ in range(50)]
    store.arrivals.mark()
    store.room.make(0.3, urgent=False)
    assert store.kept(quiet) == quiet
    assert len(store.kept(noisy)) < 40


def test_nobody_with_less_gives_anything_while_who_has_most_has_nothing_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = [store.trace("quiet") for _ in range(20)]
    store.arrivals.mark()
    noisy = [store.trace("noisy") for _ in range(50)]
    monkeypatch.setattr(room, "QUIET_S", (0.0, 0.0))
    store.room.make(0.3, urgent=False)
    assert store.kept(noisy) == noisy
    assert store.kept(quiet) == quiet
    store.arrivals.mark()
    store.room.make(0.3, urgent=False)
    assert len(store.kept(noisy)) < 40
    assert store.kept(quiet) == quiet


def test_metrics_and_logs_of_no_trace_count_for_their_service(store: Store) -> None:
    for _ in range(100):
        noise = store.noise.randbytes(1000).hex()
        store.send(otlp.metrics("chatty", otlp.gauge("load", 1.0, host=noise)))
        store.send(otlp.logs("chatty", otlp.log(noise, correlation_id="loose")))
    modest = [store.trace("modest") for _ in range(20)]
    store.make_room(0.5)
    assert store.kept(modest) == modest
    assert 0 < store.count("metric_block") < 80
    loose = store.stores.logs.without_trace("correlation", "loose")
    assert 0 < len(loose) < 80


def test_it_is_told_what_went_and_why(store: Store) -> None:
    for _ in range(50):
        store.trace("noisy", error=False)
    store.make_room(0.5)
    ((reason, service, traces, size),) = store.db.execute(
        "SELECT reason, name, sum(traces), sum(bytes) FROM removal JOIN service ON service.id = service GROUP BY 1, 2"
    ).fetchall()
    assert (reason, service) == ("size", "noisy")
    assert traces == 50 - store.count("trace")
    assert size > traces * 1000


def test_many_ranges_are_looked_through_from_the_oldest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "RANGE", 16)
    noisy = [store.trace("noisy") for _ in range(150)]
    for _ in range(3):
        store.make_room(0.2)
    kept = store.kept(noisy)
    assert kept == noisy[-len(kept) :]
    assert 50 < len(kept) < 90


def test_making_room_in_an_empty_store_does_nothing(store: Store) -> None:
    store.make_room(0.5)
    assert store.count("removal") == 0


def test_the_services_say_what_was_removed(store: Store) -> None:
    for _ in range(30):
        store.trace("noisy", error=True)
    store.make_room(0.5)
    (removal,) = store.stores.services.removed(0)
    assert (removal.service, removal.reason) == ("noisy", "size")
    assert removal.traces == removal.error_traces == 30 - store.count("trace")
    assert store.stores.services.removed(removal.last_ns + 60 * otlp.SECOND) == ()
