"""That what was acknowledged can be read: all of it counted, much of it read, some of it looked up as commands do."""

from __future__ import annotations

import random
import sqlite3
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.reader import open_stores

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.load import Sample
    from phoenix_dev.model.span import Span
    from phoenix_dev.stores import Stores

_MOST_READ = 5_000
_COUNTS = """
    SELECT coalesce(sum(spans), 0), coalesce(sum(logs), 0),
        (SELECT coalesce(sum(length(ids)), 0) / 8 FROM span_run),
        count(*) FILTER (WHERE spans > 0), (SELECT count(DISTINCT trace) FROM span_block),
        count(*) FILTER (WHERE logs > 0), (SELECT count(DISTINCT trace) FROM log_block)
    FROM trace
"""


class Unreadable(Exception):
    """Something acknowledged is not there: the run counts for nothing."""


def expect_readable(database: Path, samples: Iterable[Sample], *, spans: int, logs: int = 0) -> None:
    """Raises Unreadable unless the file holds exactly so many spans and logs, thousands of its traces (all, when there
    are fewer) are read whole, and each sample is found by its IDs.
    """
    stores = open_stores(database)
    db = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        _expect_counts(db, spans, logs)
        traces = db.execute("SELECT lower(hex(trace_id)), spans, logs FROM trace").fetchall()
    finally:
        db.close()
    for trace, its_spans, its_logs in random.sample(traces, min(_MOST_READ, len(traces))):
        _expect_whole(stores, trace, its_spans, its_logs)
    for sample in samples:
        _expect_found(stores, sample)


def _expect_counts(db: sqlite3.Connection, spans: int, logs: int) -> None:
    counted, counted_logs, ids, *bearing = db.execute(_COUNTS).fetchone()
    if (counted, counted_logs, ids) != (spans, logs, spans):
        raise Unreadable(f"acknowledged: {spans} spans, {logs} logs; kept: {counted} ({ids} IDs) and {counted_logs}")
    if bearing[0] != bearing[1] or bearing[2] != bearing[3]:
        raise Unreadable("there are traces without a block")


def _expect_whole(stores: Stores, trace: str, spans: int, logs: int) -> None:
    read = len(stores.traces.spans([trace]).get(trace, ()))
    read_logs = len(stores.logs.of_traces([trace]).get(trace, ()))
    if (read, read_logs) != (spans, logs):
        raise Unreadable(f"trace {trace} has {spans} spans and {logs} logs, read were {read} and {read_logs}")


def _expect_found(stores: Stores, sample: Sample) -> None:
    held = stores.traces.spans([sample.trace]).get(sample.trace, ())
    ids = (sample.correlation, sample.request)
    if {span.span_id for span in held} != sample.spans or {_borne(span) for span in held} != {ids}:
        raise Unreadable(f"trace {sample.trace} is not what was sent")
    by_other_ids = (stores.traces.trace_ids("correlation", ids[0]), stores.traces.trace_ids("request", ids[1]))
    if by_other_ids != ((sample.trace,), (sample.trace,)):
        raise Unreadable(f"trace {sample.trace} is not found by its correlation ID and its request ID")


def _borne(span: Span) -> tuple[object, object]:
    return span.attributes["correlation_id"], span.attributes["request_id"]
