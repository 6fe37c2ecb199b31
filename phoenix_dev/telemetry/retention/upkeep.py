"""What follows a removal later: the IDs of what is gone, and pages given back to the disk."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.database import truncate_log
from phoenix_dev.telemetry.retention import removal
from phoenix_dev.telemetry.schema import MINUTE_NS

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from phoenix_dev.telemetry.retention.limits import Limits
    from phoenix_dev.telemetry.retention.remover import Remover
    from phoenix_dev.telemetry.writer import Writer

#: All IDs are looked through once while so large a part of the traces goes: then half of what a slice holds is in use.
_PART = 0.5
#: IDs to look through in a transaction, about.
_AT_ONCE = 4_000
#: Free pages that are kept for what comes, as a part of the limit; more is given back to the disk.
_SPARE = 0.1
_PAGES_AT_ONCE = 500
_PAGES = ("page_count", "freelist_count", "page_size")
#: For how long what was removed is told (minutes).
_TOLD = 7 * 24 * 60


class Upkeep:
    """Small pieces of work for the writer; `tick` is called once a second."""

    def __init__(self, path: Path, db: sqlite3.Connection, writer: Writer, remover: Remover, limits: Limits) -> None:
        self._path = path
        self._db = db
        self._writer = writer
        self._remover = remover
        self._limits = limits
        self._log = path.with_name(path.name + "-wal")
        self._slice = 0
        self._seen_traces = 0

    def tick(self) -> None:
        """Do what is due. Raises what the writer raises."""
        self._sweep()
        self._give_back()
        self._cut()
        self.breathe()

    def breathe(self) -> None:
        """Start the write-ahead log anew when it has outgrown its part.

        The checkpoints of the writer cannot while somebody always reads, as weighing does. To be called between two
        readings.
        """
        with contextlib.suppress(FileNotFoundError):
            if self._log.stat().st_size > self._limits.wal_bytes:
                self._writer.run(truncate_log, transaction=False).result()

    def forget_arrivals(self) -> None:
        """Counts of minutes of which nothing is kept any more, and what was removed long ago."""
        self._writer.run(_forget_arrivals).result()

    def _sweep(self) -> None:
        gone = self._remover.removed_traces - self._seen_traces
        if not gone:
            return
        (traces,) = self._db.execute("SELECT count(*) FROM trace").fetchone()
        slices = int(removal.SLICES * min(1.0, gone / (_PART * (traces + gone))))
        if not slices:
            return
        self._seen_traces += gone
        together = max(1, min(removal.SLICES, removal.SLICES * _AT_ONCE // (2 * traces + 1)))
        while slices > 0:
            self._writer.run(partial(_sweep, self._slice, together)).result()
            self._slice = (self._slice + together) % removal.SLICES
            slices -= together

    def _give_back(self) -> None:
        """Pages at the file's end move into free ones."""
        while (surplus := self._surplus()) > 0 and not self._writer.queued_bytes:
            pages = min(surplus, _PAGES_AT_ONCE)
            self._writer.run(partial(vacuum, pages), transaction=False).result()

    def _cut(self) -> None:
        """A checkpoint cuts the file; where nobody sends, the next one by itself would be far."""
        size, _, page = pages_of(self._db)
        with contextlib.suppress(FileNotFoundError):
            if size * page <= self._limits.file_bytes < self._path.stat().st_size and not self._writer.queued_bytes:
                self._writer.run(truncate_log, transaction=False).result()

    def _surplus(self) -> int:
        size, free, page = pages_of(self._db)
        spare = 0 if self._writer.short_of_room else round(_SPARE * self._limits.file_bytes) // page
        return min(free, max(free - spare, size - self._limits.file_bytes // page))


def pages_of(db: sqlite3.Connection) -> tuple[int, int, int]:
    """Pages of the file, how many of them are free, and the bytes of one."""
    size, free, page = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES)
    return size, free, page


def _sweep(first: int, count: int, db: sqlite3.Connection) -> None:
    for number in range(first, first + count):
        removal.sweep(db, number % removal.SLICES)


def vacuum(pages: int, db: sqlite3.Connection) -> None:
    """Move the last pages of the file into free ones, and cut them off."""
    # `execute` takes one step of a statement without columns, and each step moves one page.
    db.executescript(f"PRAGMA incremental_vacuum({pages})")


def _forget_arrivals(db: sqlite3.Connection) -> None:
    (oldest,) = db.execute(
        "SELECT min(t) FROM (SELECT min(start) t FROM trace WHERE spans > 0 "
        "UNION ALL SELECT min(last) FROM log_block UNION ALL SELECT min(last) FROM metric_block)"
    ).fetchone()
    (newest,) = db.execute("SELECT max(minute) FROM arrival").fetchone()
    if newest is not None:
        # Of a store from which all went, the last minute still tells when something arrived.
        before = newest if oldest is None else min(newest, oldest // MINUTE_NS)
        db.execute("DELETE FROM arrival WHERE minute < ?", (before,))
        db.execute("DELETE FROM removal WHERE minute < ?", (newest - _TOLD,))
