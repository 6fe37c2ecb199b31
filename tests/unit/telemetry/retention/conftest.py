"""A store with a writer, and the parts of retention over it, driven by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.telemetry.database import open_reader
from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.retention.limits import Limits
from phoenix_dev.telemetry.retention.remover import Remover
from phoenix_dev.telemetry.retention.room import Arrivals, Room
from phoenix_dev.telemetry.retention.upkeep import Upkeep
from phoenix_dev.telemetry.writer import Writer
from tests import otlp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.telemetry.inbox import ExportRequest

DAY = 24 * 3600 * otlp.SECOND
MEGABYTE = 10**6


@dataclass
class Store:
    """`noise` makes what is sent incompressible, so that sizes mean something."""

    path: Path
    writer: Writer
    db: sqlite3.Connection
    noise: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        self.stores = open_stores(self.path)
        self.remover = Remover(self.writer, lambda: False)
        self.arrivals = Arrivals(self.db)
        self.room = Room(self.db, self.remover, self.arrivals, lambda: None)

    def send(self, export: ExportRequest) -> None:
        """Keep one export."""
        self.writer.submit(export, export.ByteSize()).result(timeout=10)

    def trace(
        self, service: str, *, size: int = 1000, spans: int = 3, error: bool = False, time: int = otlp.NOON
    ) -> str:
        """Keep a trace of about so many bytes, with a log: its ID."""
        trace_id = otlp.new_trace_id(self.noise)
        ids: dict[str, Any] = {"correlation_id": f"c-{trace_id}"}
        made = [
            otlp.span(
                trace_id,
                span_id=otlp.new_span_id(self.noise),
                start=time,
                error="failed" if error and number == 0 else None,
                attributes={**ids, "noise": self.noise.randbytes(size // spans)},
            )
            for number in range(spans)
        ]
        self.send(otlp.traces(service, *made))
        self.send(otlp.logs(service, otlp.log("done", trace_id=trace_id, time=time, **ids)))
        return trace_id

    def kept(self, trace_ids: list[str]) -> list[str]:
        """Those of some traces that are still there. Each is whole: three spans and its log."""
        there = self.stores.traces.spans(trace_ids)
        logs = self.stores.logs.of_traces(trace_ids)
        assert set(there) == set(logs)
        assert all(len(spans) == 3 for spans in there.values())
        return [trace_id for trace_id in trace_ids if trace_id in there]

    def make_room(self, share: float) -> None:
        """Remove a share of what has arrived so far."""
        self.arrivals.mark()
        self.room.make(share, urgent=True)

    def count(self, table: str) -> int:
        """Rows of a table."""
        found: int = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return found

    def upkeep(self, limits: Limits) -> Upkeep:
        """The upkeep of this store under some limits."""
        return Upkeep(self.path, self.db, self.writer, self.remover, limits)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "telemetry.db"
    writer = Writer(path)
    db = open_reader(path)
    yield Store(path, writer, db)
    db.close()
    writer.close()


def limits(size: int = 2**31) -> Limits:
    """The usual ages."""
    return Limits(size, 7 * DAY, 30 * DAY, 7 * DAY, 15 * DAY)
