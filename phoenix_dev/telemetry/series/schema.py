"""The schema of signals.db. A file of another version is begun anew: nothing is migrated.

    series    labels and their number, once for each set of labels
    layout    which series the rows of frames are of: their numbers, 4 bytes each
    frame     samples of the series of a layout at some moments (frames.py). `stage`: 0 for one moment as it was
    written, then as upkeep.py has put them together
    counter   what is counted in this process: by its key, the numbers of its series
    exemplar  single measurements and their traces
    state     how far the telemetry has been read, and what else must be known after a restart
    rule      an alerting rule with its alerts, as JSON; `evaluated` in Unix nanoseconds
    delivery  what would have been sent about alerts, or was tried in vain; `time` in Unix nanoseconds

Times of series are Unix milliseconds, as PromQL has them. No number is given twice (AUTOINCREMENT): readers remember
what they stand for.
"""

from __future__ import annotations

#: "PhxS" as a number: tells our files from other SQLite files (PRAGMA application_id).
APPLICATION_ID = 0x50687853
VERSION = 2
FILE_NAME = "signals.db"

TABLES = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL UNIQUE, "
    "name TEXT NOT NULL, labels TEXT NOT NULL)",
    "CREATE INDEX series_name ON series (name)",
    "CREATE TABLE layout (id INTEGER PRIMARY KEY AUTOINCREMENT, series BLOB NOT NULL)",
    """
    CREATE TABLE frame (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        layout INTEGER NOT NULL,
        stage INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        count INTEGER NOT NULL,
        data BLOB NOT NULL
    )
    """,
    "CREATE INDEX frame_last ON frame (last, layout, first)",
    "CREATE INDEX frame_layout ON frame (layout, last)",
    "CREATE INDEX frame_stage ON frame (stage, last)",
    "CREATE TABLE counter (key TEXT PRIMARY KEY, series BLOB NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE exemplar (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        time INTEGER NOT NULL,
        value REAL NOT NULL,
        trace BLOB NOT NULL
    )
    """,
    "CREATE INDEX exemplar_series ON exemplar (series, time)",
    "CREATE TABLE rule (id INTEGER PRIMARY KEY, evaluated INTEGER NOT NULL, document TEXT NOT NULL)",
    """
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        channel TEXT NOT NULL,
        document TEXT NOT NULL
    )
    """,
    "CREATE INDEX delivery_time ON delivery (time)",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
