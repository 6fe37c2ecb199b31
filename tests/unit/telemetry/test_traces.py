"""What a search of the embedded store looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.stores.traces import TraceQuery
from phoenix_dev.telemetry.database import ReadConnection
from phoenix_dev.telemetry.traces import EmbeddedTraceStore
from phoenix_dev.telemetry.unpack import BlockReader
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Counting(ReadConnection):
    """Counts the rows that are handed out one by one."""

    streamed = 0

    def stream(self, sql: str, parameters: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
        for row in super().stream(sql, parameters):
            self.streamed += 1
            yield row


def test_of_traces_that_are_named_no_others_are_looked_at(tmp_path: Path) -> None:
    ids = [otlp.new_trace_id() for _ in range(500)]
    writer = Writer(tmp_path / "telemetry.db")
    export = otlp.traces("a", *(otlp.span(one, start=otlp.NOON + n) for n, one in enumerate(ids)))
    writer.submit(export, export.ByteSize()).result(timeout=10)
    db = Counting(tmp_path / "telemetry.db")
    store = EmbeddedTraceStore(db, BlockReader(db))
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    try:
        db._connection().set_progress_handler(step, 1)
        found = store.search(TraceQuery(trace_ids=frozenset(ids[100:103]))).traces
        db._connection().set_progress_handler(None, 0)
        assert [one.trace_id for one in found] == [ids[102], ids[101], ids[100]]
        assert db.streamed == 3
        assert steps < 1000
        assert len(store.search(TraceQuery(trace_ids=frozenset(ids), limit=1000)).traces) == 500
    finally:
        db.close()
        writer.close()
