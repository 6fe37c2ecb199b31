"""What is too old."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from phoenix_dev.telemetry.retention.limits import Limits
    from phoenix_dev.telemetry.retention.remover import ShelfName

#: Chosen at once: bounds memory, not what goes.
_AT_ONCE = 10_000
# An index leads to what began long ago; what ended lately stays.
_TRACES = 'SELECT id FROM trace WHERE spans > 0 AND start < ? AND "end" < ? AND error = 0 ORDER BY start LIMIT ?'
_ERROR_TRACES = 'SELECT id FROM trace WHERE error > 0 AND start < ? AND "end" < ? ORDER BY start LIMIT ?'
# Of these traces only logs arrived.
_LOG_TRACES = (
    "SELECT DISTINCT trace FROM log_block JOIN trace ON trace.id = log_block.trace "
    'WHERE log_block.last < ? AND trace.spans = 0 AND trace."end" < ? LIMIT ?'
)
_LOGS = "SELECT id FROM log_block WHERE last < ? AND first < ? AND trace IS NULL LIMIT ?"
_METRICS = "SELECT id FROM metric_block WHERE last < ? AND first < ? LIMIT ?"


def aged(db: sqlite3.Connection, limits: Limits, now_ns: int) -> Iterator[tuple[ShelfName, list[int]]]:
    """Units of each shelf that are older than they may become. The caller removes what is given before it goes on."""
    rules: tuple[tuple[ShelfName, str, int], ...] = (
        ("traces", _TRACES, limits.traces_ns),
        ("traces", _ERROR_TRACES, limits.error_traces_ns),
        ("traces", _LOG_TRACES, limits.logs_ns),
        ("logs", _LOGS, limits.logs_ns),
        ("metrics", _METRICS, limits.metrics_ns),
    )
    for shelf, sql, age_ns in rules:
        before = now_ns - age_ns
        while numbers := [number for (number,) in db.execute(sql, (before, before, _AT_ONCE))]:
            yield shelf, numbers
