"""The schema of the embedded store, its version and its ordered migrations.

    service      a name and its number
    trace        one row a trace: its span of time, counts, whether it failed
    span_block   the spans of one trace in one export, as compressed OTLP TracesData
    log_block    the log records of one trace (or of none) in one export, as compressed OTLP LogsData
    metric_block the metric points of one resource in one export, as compressed OTLP MetricsData
    identifier   which traces bear a correlation or request ID: one row for each distinct ID and trace
    loose_identifier  the same for log blocks without a trace
    span_run     the span IDs of one export in one piece: 8 bytes a span, read from the newest backwards; log_run: those
    that logs bear
    dictionary   what zstd learnt from blocks of one kind, and how small it makes them (compression.py)
    arrival      per minute and service what arrived
    removal      per minute, service and reason what retention removed
    position     how far a source has been read (a log file): kept in the transaction that keeps what was read from it

Times are Unix nanoseconds, cut to SQLite's 63 bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

#: "PhxD" as a number: tells our files from other SQLite files (PRAGMA application_id).
APPLICATION_ID = 0x50687844
#: What `arrival.minute` counts, in nanoseconds.
MINUTE_NS = 60 * 10**9


_INITIAL = (
    "CREATE TABLE store (id TEXT NOT NULL, created INTEGER NOT NULL)",
    "INSERT INTO store VALUES (lower(hex(randomblob(8))), unixepoch())",
    "CREATE TABLE service (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE trace (
        id INTEGER PRIMARY KEY,
        trace_id BLOB NOT NULL UNIQUE,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        spans INTEGER NOT NULL,
        logs INTEGER NOT NULL,
        error INTEGER NOT NULL
    )
    """,
    "CREATE INDEX trace_start ON trace (start) WHERE spans > 0",
    "CREATE INDEX trace_error ON trace (start) WHERE error > 0",
    """
    CREATE TABLE span_block (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        trace INTEGER NOT NULL,
        services TEXT NOT NULL,
        data BLOB NOT NULL
    )
    """,
    "CREATE INDEX span_block_trace ON span_block (trace)",
    """
    CREATE TABLE log_block (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        trace INTEGER,
        service INTEGER NOT NULL,
        severity INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        data BLOB NOT NULL
    )
    """,
    "CREATE INDEX log_block_trace ON log_block (trace) WHERE trace IS NOT NULL",
    "CREATE INDEX log_block_last ON log_block (last)",
    """
    CREATE TABLE metric_block (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        service INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        points INTEGER NOT NULL,
        names TEXT NOT NULL,
        data BLOB NOT NULL
    )
    """,
    "CREATE INDEX metric_block_last ON metric_block (last)",
    """
    CREATE TABLE identifier (key INTEGER NOT NULL, trace INTEGER NOT NULL, PRIMARY KEY (key, trace)) WITHOUT ROWID
    """,
    """
    CREATE TABLE loose_identifier (
        key INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (key, block)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE span_run (first_block INTEGER PRIMARY KEY, last_block INTEGER NOT NULL, ids BLOB NOT NULL)",
    "CREATE TABLE log_run (first_block INTEGER PRIMARY KEY, last_block INTEGER NOT NULL, ids BLOB NOT NULL)",
    "CREATE TABLE dictionary (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ratio REAL NOT NULL, data BLOB NOT NULL)",
    """
    CREATE TABLE arrival (
        minute INTEGER NOT NULL,
        service INTEGER NOT NULL,
        spans INTEGER NOT NULL,
        error_spans INTEGER NOT NULL,
        logs INTEGER NOT NULL,
        points INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (minute, service)
    ) WITHOUT ROWID
    """,
)


def m001_initial(db: sqlite3.Connection) -> None:
    """Everything of the first version."""
    for statement in _INITIAL:
        db.execute(statement)


def m002_retention(db: sqlite3.Connection) -> None:
    """What was removed, and row numbers of traces that are never given twice.

    An ID's row outlives its trace for a while (removal.py): it must not come to point to another one.
    """
    db.execute("ALTER TABLE store ADD COLUMN last_trace INTEGER NOT NULL DEFAULT 0")
    db.execute(
        """
        CREATE TABLE removal (
            minute INTEGER NOT NULL,
            service INTEGER NOT NULL,
            reason TEXT NOT NULL,
            traces INTEGER NOT NULL,
            error_traces INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (minute, service, reason)
        ) WITHOUT ROWID
        """
    )


def m003_positions(db: sqlite3.Connection) -> None:
    """How far log files have been read."""
    db.execute("CREATE TABLE position (source TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")


#: Applied in order; the number of those applied is the file's version (PRAGMA user_version).
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_initial, m002_retention, m003_positions)
VERSION = len(MIGRATIONS)
