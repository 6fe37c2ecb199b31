"""How long after it was sent a span can be read."""

from __future__ import annotations

import random
import sqlite3
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING

import zstandard

from benchmarks.connection import HttpConnection
from benchmarks.figure import Figure
from benchmarks.stack import stack
from benchmarks.workload import requests, single_export
from phoenix_dev.telemetry.reader import open_stores

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.workload import Body
    from phoenix_dev.stores import Stores

_PATIENCE_S = 10.0
_EXPORTS = 200
_LIMIT = "one SQLite commit of the same block with synchronous=FULL"


def send_to_readable(bench: Bench) -> tuple[Figure, ...]:
    """Single exports: from the first byte until another connection to the store reads the trace by its ID."""
    bench.say("from sent to readable")
    rng = random.Random()
    made = requests(rng, bench.few(_EXPORTS) + 1, 5)
    taken, limits = [], []
    with stack(bench.home("latency")) as engine:
        sender = HttpConnection(engine.ports["http"])
        stores = open_stores(engine.database)
        commits = _Commits(bench.folder / "commits.db")
        for request in made:
            body = single_export(rng, request)
            limits.append(commits.take(body))
            taken.append(_until_readable(sender, stores, body, request.trace_id.hex()))
        sender.close()
        commits.close()
    del taken[0], limits[0]  # the first opens files and fills caches
    limit = median(limits) * 1000
    return (
        Figure("sent to readable, median", median(taken) * 1000, "ms", 10, "lower", _LIMIT, limit),
        Figure("sent to readable, 95 of 100", quantiles(taken, n=20)[-1] * 1000, "ms", None, "lower", _LIMIT, limit),
    )


def _until_readable(sender: HttpConnection, stores: Stores, body: Body, trace_id: str) -> float:
    begun = time.perf_counter()
    sender.begin(body)
    while len(stores.traces.spans([trace_id]).get(trace_id, ())) < body.spans:
        if time.perf_counter() - begun > _PATIENCE_S:
            raise TimeoutError(f"trace {trace_id} was not readable after {_PATIENCE_S:.0f} s")
    seconds = time.perf_counter() - begun
    sender.finish()
    return seconds


class _Commits:
    """A store of nothing but blocks."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._compress = zstandard.ZstdCompressor(level=1).compress
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE block (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
        ):
            self._db.execute(statement)

    def take(self, body: Body) -> float:
        """Seconds to commit a block."""
        data = self._compress(body.content)
        begun = time.perf_counter()
        self._db.execute("INSERT INTO block (data) VALUES (?)", (data,))
        return time.perf_counter() - begun

    def close(self) -> None:
        """Close the file."""
        self._db.close()
