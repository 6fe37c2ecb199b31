"""The thread that looks after the store's age and size."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.database import CHECKPOINT_PAGES, open_reader
from phoenix_dev.telemetry.inbox import Overloaded
from phoenix_dev.telemetry.retention.aged import aged
from phoenix_dev.telemetry.retention.remover import Remover
from phoenix_dev.telemetry.retention.room import Arrivals, Room
from phoenix_dev.telemetry.retention.steady_clock import SteadyClock
from phoenix_dev.telemetry.retention.upkeep import Upkeep, pages_of

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.telemetry.retention.limits import Limits
    from phoenix_dev.telemetry.writer import Writer

LOOK_S = 1.0
#: Ages are looked at so often; the first time when a clock that was wrong at boot has had time to be set (seconds).
_AGES_S, _FIRST_AGES_S = 60.0, 120.0
#: Room is made when so much of the limit is used, until so much is.
_HIGH, _LOW = 0.95, 0.90
#: Beyond this, room matters more than that each trace is whole.
_URGENT = 1.05

_log = logging.getLogger(__name__)


class Keeper:
    """Keeps a store within its limits, from construction to `close`. Whatever goes wrong, it goes on a second later."""

    def __init__(self, path: Path, writer: Writer, limits: Limits) -> None:
        self._path = path
        self._writer = writer
        self._limits = limits
        self._clock = SteadyClock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._thread.start()

    @property
    def clock_ahead_ns(self) -> int:
        """How far the machine's clock was set forward since the start; ages do not follow it."""
        return self._clock.ahead_ns()

    def close(self) -> None:
        """End at the next border between two transactions. To be called before the writer is closed."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while (db := self._opened()) is None:
            if self._stop.wait(LOOK_S):
                return
        try:
            self._keep(db)
        finally:
            db.close()

    def _opened(self) -> sqlite3.Connection | None:
        """The store, for reading; None when it cannot be read now."""
        try:
            self._writer.run(self._bound_log, transaction=False).result()
            return open_reader(self._path)
        except (sqlite3.Error, NotReady, Overloaded) as exc:
            if not self._stop.is_set():
                _log.warning("retention could not begin, and tries again: %s", exc)
            return None

    def _keep(self, db: sqlite3.Connection) -> None:
        arrivals, remover = Arrivals(db), Remover(self._writer, self._stop.is_set)
        upkeep = Upkeep(self._path, db, self._writer, remover, self._limits)
        room = Room(db, remover, arrivals, upkeep.breathe)
        ages_due = time.monotonic() + _FIRST_AGES_S
        while not self._stop.wait(LOOK_S):
            try:
                arrivals.mark()
                if time.monotonic() >= ages_due:
                    ages_due = time.monotonic() + _AGES_S
                    for shelf, numbers in aged(db, self._limits, self._clock.now_ns()):
                        remover.remove(shelf, numbers, 0, "age")
                        if self._stop.is_set():
                            return
                    upkeep.forget_arrivals()
                self._make_room(db, room)
                upkeep.tick()
            except (sqlite3.Error, Overloaded) as exc:
                if not self._stop.is_set():
                    _log.warning("retention could not remove anything, and tries again: %s", exc)
            except Exception:  # noqa: BLE001 - a store without retention would fill the disk
                _log.exception("retention failed, and tries again")

    def _bound_log(self, db: sqlite3.Connection) -> None:
        """A checkpoint when half of what the write-ahead log may take is used, and no larger file left after it."""
        (page,) = db.execute("PRAGMA page_size").fetchone()
        pages = min(CHECKPOINT_PAGES, self._limits.wal_bytes // 2 // page)
        db.execute(f"PRAGMA wal_autocheckpoint = {pages}").fetchone()
        db.execute(f"PRAGMA journal_size_limit = {pages * page}").fetchone()

    def _make_room(self, db: sqlite3.Connection, room: Room) -> None:
        size, free, page = pages_of(db)
        used = (size - free) * page
        if used > _HIGH * self._limits.file_bytes:
            room.make(1 - _LOW * self._limits.file_bytes / used, urgent=used > _URGENT * self._limits.file_bytes)
