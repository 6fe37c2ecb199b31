"""The writer: acknowledged after the commit, together or not at all, and pressed back when it cannot keep up."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.telemetry import writer as writer_module
from phoenix_dev.telemetry.inbox import Overloaded
from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "telemetry.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    opened = Writer(path)
    yield opened
    opened.close()


def test_what_is_acknowledged_is_read_by_another_connection(writer: Writer, path: Path) -> None:
    stores = open_stores(path)
    for _ in range(50):
        trace_id = otlp.new_trace_id()
        export = otlp.traces("a", otlp.span(trace_id))
        assert writer.submit(export, export.ByteSize()).result(timeout=10).accepted == 1
        assert stores.traces.latest() is not None
        assert trace_id in stores.traces.spans([trace_id])


def test_nothing_is_acknowledged_before_its_commit(writer: Writer, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # another process holds the file: the commit must wait
        future = writer.submit(otlp.traces("a", otlp.span(otlp.new_trace_id())), 100)
        with pytest.raises(TimeoutError):
            future.result(timeout=0.3)
        other.execute("ROLLBACK")
    assert future.result(timeout=10).accepted == 1


def test_exports_that_wait_share_a_commit_and_each_gets_its_own_answer(writer: Writer, path: Path) -> None:
    def send(number: int) -> int:
        trace_id = otlp.new_trace_id()
        export = otlp.traces("a", *(otlp.span(trace_id) for _ in range(number)))
        return writer.submit(export, export.ByteSize()).result(timeout=10).accepted

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(send, range(1, 65))) == list(range(1, 65))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT sum(spans), count(*) FROM trace").fetchone() == (sum(range(1, 65)), 64)


def test_closing_writes_what_was_taken_and_refuses_what_comes_after(writer: Writer, path: Path) -> None:
    trace_ids = [otlp.new_trace_id() for _ in range(40)]
    futures = [writer.submit(otlp.traces("a", otlp.span(trace_id)), 100) for trace_id in trace_ids]
    writer.close()
    assert all(future.result(timeout=0).accepted == 1 for future in futures)
    assert set(open_stores(path).traces.spans(trace_ids)) == set(trace_ids)
    with pytest.raises(Overloaded, match="stopping"):
        writer.submit(otlp.traces("a"), 10)
    writer.close()


def test_a_full_queue_presses_back(writer: Writer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_QUEUED_BYTES", 1000)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # another process holds the file: the writer waits
        first = writer.submit(otlp.traces("a", otlp.span(otlp.new_trace_id())), 900)
        with pytest.raises(Overloaded, match="the queue is full") as caught:
            writer.submit(otlp.traces("a"), 200)
        assert caught.value.retry_after > 0
        other.execute("ROLLBACK")
    assert first.result(timeout=10).accepted == 1


def test_one_export_larger_than_the_queue_is_taken_when_nothing_waits(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "MAX_QUEUED_BYTES", 10)
    export = otlp.traces("a", otlp.span(otlp.new_trace_id()))
    assert writer.submit(export, export.ByteSize()).result(timeout=10).accepted == 1


def test_what_could_not_be_committed_is_refused_whole_and_the_next_export_works(path: Path) -> None:
    """A disk without room, as SQLite sees it: the file may not grow."""
    writer = Writer(path)
    stores = open_stores(path)
    pages = writer._db.execute("PRAGMA page_count").fetchone()[0]
    writer._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    big = otlp.new_trace_id()
    spans = [otlp.span(big, attributes={"blob": "".join(otlp.new_trace_id() for _ in range(20))}) for _ in range(100)]
    with pytest.raises(Overloaded, match="database or disk is full"):
        writer.submit(otlp.traces("new-service", *spans), 1).result(timeout=10)
    assert writer.failure == "the store could not write: database or disk is full"
    assert stores.traces.spans([big]) == {}
    writer._db.execute(f"PRAGMA max_page_count = {pages * 100}")
    assert writer.submit(otlp.traces("new-service", *spans), 1).result(timeout=10).accepted == 100
    assert writer.failure == ""
    assert len(stores.traces.spans([big])[big]) == 100
    (service,) = stores.services.activity(0)
    assert (service.service, service.spans) == ("new-service", 100)
    writer.close()
