"""What is removed is found by no ID afterwards, and what stays is found by each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.retention import removal
from phoenix_dev.telemetry.retention.upkeep import pages_of, vacuum
from tests import otlp

from .conftest import MEGABYTE, limits

if TYPE_CHECKING:
    from .conftest import Store


def remove(store: Store, which: str) -> removal.Removed:
    """Remove the traces of a condition."""
    numbers = [number for (number,) in store.db.execute(f"SELECT id FROM trace WHERE {which}")]
    return store.writer.run(lambda db: removal.remove_traces(db, numbers)).result(timeout=10)


def test_each_id_finds_what_stays_and_nothing_of_what_went(store: Store) -> None:
    trace_ids = [store.trace("a") for _ in range(60)]
    spans = {trace_id: found[0].span_id for trace_id, found in store.stores.traces.spans(trace_ids).items()}
    store.make_room(0.5)
    kept = store.kept(trace_ids)
    for trace_id in trace_ids:
        expected = (trace_id,) if trace_id in kept else ()
        assert store.stores.traces.trace_ids("trace", trace_id) == expected
        assert store.stores.traces.trace_ids("span", spans[trace_id]) == expected
        assert store.stores.traces.trace_ids("correlation", f"c-{trace_id}") == expected


def test_ids_of_what_went_are_swept_away(store: Store) -> None:
    for _ in range(60):
        store.trace("a")
    upkeep = store.upkeep(limits())
    store.make_room(0.8)
    assert store.count("identifier") == 60
    upkeep.tick()
    assert store.count("identifier") == store.count("trace")


def test_a_row_number_is_never_given_twice(store: Store) -> None:
    """Else an ID of what went could lead to another trace."""
    last = store.trace("a")
    store.make_room(1.0)
    assert store.kept([last]) == []
    new = store.trace("b")
    assert store.stores.traces.trace_ids("correlation", f"c-{last}") == ()
    assert store.stores.traces.trace_ids("correlation", f"c-{new}") == (new,)


def test_span_ids_of_the_few_that_stay_are_written_anew(store: Store) -> None:
    """An export of many traces of which one failed: 8 bytes for each of its spans would stay for a month."""
    failing, *others = (otlp.new_trace_id(store.noise) for _ in range(40))
    spans = [otlp.span(trace_id, span_id=otlp.new_span_id(store.noise)) for trace_id in others for _ in range(5)]
    failed = otlp.span(failing, span_id="00f067aa0ba902b7", error="no")
    store.send(otlp.traces("a", *spans, failed))
    remove(store, "error = 0")
    (ids,) = store.db.execute("SELECT ids FROM span_run ORDER BY first_block").fetchone()
    assert ids.hex() == "00f067aa0ba902b7"
    assert store.stores.traces.trace_ids("span", "00f067aa0ba902b7") == (failing,)


def test_a_damaged_block_goes_like_any_other(store: Store) -> None:
    failing, *others = (otlp.new_trace_id(store.noise) for _ in range(8))
    store.send(otlp.traces("a", otlp.span(failing, error="no"), *(otlp.span(trace_id) for trace_id in others)))
    store.writer.run(lambda db: db.execute("UPDATE span_block SET data = x'00112233'")).result(timeout=10)
    assert remove(store, "error = 0").traces == 7


def test_a_smaller_limit_gives_space_back_to_the_disk(store: Store) -> None:
    for _ in range(100):
        store.trace("a", size=50_000)
    store.writer.run(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)"), transaction=False).result(timeout=10)
    before = store.path.stat().st_size
    assert before > 5 * MEGABYTE
    store.make_room(0.8)
    store.upkeep(limits(2 * MEGABYTE)).tick()
    store.writer.run(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)"), transaction=False).result(timeout=10)
    assert store.path.stat().st_size < 1.5 * MEGABYTE
    assert store.count("trace") > 15


def test_minutes_of_which_nothing_is_kept_are_forgotten(store: Store) -> None:
    store.trace("a")
    (newest,) = store.db.execute("SELECT max(minute) FROM arrival").fetchone()
    store.writer.run(
        lambda db: db.execute("INSERT INTO arrival SELECT minute - 99, service, 1, 0, 0, 0, 0 FROM arrival")
    ).result(timeout=10)
    store.make_room(1.0)
    store.upkeep(limits()).forget_arrivals()
    assert store.db.execute("SELECT minute FROM arrival").fetchall() == [(newest,)]


def test_one_call_gives_many_pages_back(store: Store) -> None:
    """Of a statement without columns Python's sqlite3 takes one step: of a vacuum, one page."""
    for _ in range(30):
        store.trace("a", size=60_000)
    store.writer.run(lambda db: db.execute("DELETE FROM span_block")).result(timeout=10)
    size, free, _ = pages_of(store.db)
    store.writer.run(partial(vacuum, 100), transaction=False).result(timeout=10)
    assert pages_of(store.db)[:2] == (size - 100, free - 100)
