"""Opening signals.db: for the one process that writes it, and for reading beside that."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.database import ReadConnection, is_damage, readable, suspect_file, suspects
from phoenix_dev.telemetry.series.schema import APPLICATION_ID, TABLES, VERSION

if TYPE_CHECKING:
    from pathlib import Path

_BUSY_S = 5.0
#: The version of a file that has no tables yet.
_BEGUN = (0, 0)


def open_writer(path: Path) -> tuple[sqlite3.Connection, str]:
    """The connection of the one process that writes, and why the file was begun anew; empty where it was not.

    Raises NotReady when no file can be had.
    """
    why = _unusable(path)
    if why:
        _delete(path)
    suspect_file(path).unlink(missing_ok=True)
    with readable(path):
        db = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S)
        try:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL")
            # What a power cut takes of the last seconds is derived: the telemetry is read again from where this ends.
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA cache_size = -2000")
            if _version_of(db) != (APPLICATION_ID, VERSION):
                _begin(db)
        except BaseException:
            db.close()
            raise
    return db, why


def _begin(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in TABLES:
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _unusable(path: Path) -> str:
    """Why a file cannot be gone on with; empty when it can, or there is none."""
    if not path.exists() or not path.stat().st_size:
        return ""
    try:
        db = sqlite3.connect(path, timeout=_BUSY_S)
        try:
            if _version_of(db) not in (_BEGUN, (APPLICATION_ID, VERSION)):
                return "it is of another version"
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone() if suspects(path) else ("ok",)
            return "" if found == "ok" else f"it is damaged: {found}"
        finally:
            db.close()
    except sqlite3.Error as error:
        if is_damage(error):
            return f"it is damaged: {error}"
        raise NotReady(f"{path} cannot be used: {error}", hint="phoenix-dev doctor") from error


def _version_of(db: sqlite3.Connection) -> tuple[int, int]:
    (application,), (version,) = (
        db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    return application, version


def _delete(path: Path) -> None:
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm")), suspect_file(path)):
        with suppress(FileNotFoundError):
            os.unlink(file)


class NothingYet(NotReady):
    """The engine runs, or did, and nobody has written series yet."""


class SeriesConnection(ReadConnection):
    """A connection that reads signals.db while it is written; opened on first use, and anew when it was replaced.

    Every query raises NotReady when it cannot be read, and NothingYet while there is none beside the `store` that it is
    made of.
    """

    _nothing = "no series are kept yet"

    def __init__(self, path: Path, store: Path | None = None) -> None:
        super().__init__(path, mapped=False)
        self._store = store

    def _connection(self) -> sqlite3.Connection:
        if self._store is not None and self._store.exists() and not self.path.exists():
            self.close()
            raise self._nothing_yet()
        return super()._connection()

    def _open(self) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)
        version = _version_of(db)
        if version == (APPLICATION_ID, VERSION):
            return db
        db.close()
        if version == _BEGUN:
            raise self._nothing_yet()
        raise NotReady(f"{self.path} is of another version", hint="phoenix-dev down && phoenix-dev up")

    def _nothing_yet(self) -> NothingYet:
        return NothingYet(
            f"{self._nothing}; they are some seconds after the engine has begun", hint="phoenix-dev status"
        )
