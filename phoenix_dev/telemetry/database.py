"""Opening the file of the embedded store, for the one writer or for reading beside it. Maps sqlite3's errors to
sentences.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.schema import APPLICATION_ID, MIGRATIONS, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUSY_MS = 5_000
#: Of 4 kB, in the write-ahead log, that start a checkpoint.
CHECKPOINT_PAGES = 4000


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what SQLite says about a file into a NotReady that names the file. Of damage a mark is left beside it."""
    try:
        yield
    except sqlite3.Error as exc:
        hint = "phoenix-dev status"
        if is_damage(exc):
            mark_suspect(path)
            hint = "phoenix-dev down && phoenix-dev up"
        raise NotReady(f"the store {path} cannot be used: {exc}", hint=hint) from exc


def is_damage(exc: BaseException) -> bool:
    """Whether SQLite says that what it read is not what was written."""
    code = getattr(exc, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def mark_suspect(path: Path) -> None:
    """Have the next engine look through the whole file when it starts (damage.py)."""
    with suppress(OSError):
        suspect_file(path).touch(0o600)


def suspects(path: Path) -> bool:
    """Whether somebody met damage since the file was looked through."""
    return suspect_file(path).exists()


def suspect_file(path: Path) -> Path:
    """The mark."""
    return path.with_name(f"{path.name}.suspect")


def open_writer(path: Path) -> sqlite3.Connection:
    """The connection of the one process that writes; creates and migrates the file.

    Raises NotReady when the file is of a newer version (before anything else is looked at), is not a store, or cannot
    be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with readable(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000)
        try:
            fresh = _check_version(db, path) == 0
            if fresh:  # giving space back needs this before the first table
                db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL")
            # FULL syncs the WAL at each commit: what was acknowledged survives a power cut too, and group commits make
            # it cheap.
            db.execute("PRAGMA synchronous = FULL")
            # Checkpoints fold the WAL's pages into the file. IDs are random, so each one rewrites pages all over the
            # index: four times fewer checkpoints than by default, for a WAL of 16 MB, write a fifth fewer bytes.
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            db.execute("PRAGMA cache_size = -8000")
            db.execute("PRAGMA temp_store = MEMORY")
            _migrate(db)
        except BaseException:
            db.close()
            raise
    return db


def _check_version(db: sqlite3.Connection, path: Path) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    application: int = db.execute("PRAGMA application_id").fetchone()[0]
    if version > VERSION and application == APPLICATION_ID:
        raise NotReady(
            f"the store {path} was written by a newer phoenix-dev (schema {version}, this one reads up to {VERSION})",
            hint="pip install --upgrade phoenix-dev",
        )
    if application != APPLICATION_ID and db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise NotReady(f"{path} is not a store of phoenix-dev", hint=f"mv {quote(str(path))} {quote(f'{path}.other')}")
    return version


def _migrate(db: sqlite3.Connection) -> None:
    done: int = db.execute("PRAGMA user_version").fetchone()[0]
    for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        # The version is set in the transaction that makes the tables: a crash in between leaves the old version whole.
        # (Hence no executescript in a migration: it commits what is open.)
        db.execute("BEGIN IMMEDIATE")
        migration(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")


def truncate_log(db: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file and start it anew, unless somebody reads: exports wait meanwhile."""
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout = 20").fetchone()
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}").fetchone()


class ReadConnection:
    """A connection for reading while another process writes; opened on first use, reopened when the file was replaced.

    Never keeps a transaction open between calls (a long reader would stop checkpoints), and never `immutable=1`: after
    a kill that misses what only the WAL holds. `mapped`: whether pages are looked at where the system has them, which
    counts as memory of the process.
    """

    #: What it means that there is no file.
    _nothing = "there is no telemetry yet"

    def __init__(self, path: Path, *, mapped: bool = True) -> None:
        self.path = path
        self._mapped = mapped
        self._db: sqlite3.Connection | None = None
        #: Which file is read (device and inode): another one after the data was deleted and begun anew.
        self.identity = (0, 0)

    def rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Every row of a query. Raises NotReady when there is no file, or it cannot be read."""
        with readable(self.path):
            return self._connection().execute(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
        """Rows one by one; the caller exhausts or closes it soon."""
        with readable(self.path):
            cursor = self._connection().execute(sql, parameters)
            try:
                yield from cursor
            finally:
                cursor.close()

    def close(self) -> None:
        """Close the connection; the next query opens a new one."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connection(self) -> sqlite3.Connection:
        try:
            found = os.stat(self.path)
        except FileNotFoundError as exc:
            raise NotReady(f"{self._nothing}: {self.path} does not exist", hint="phoenix-dev up") from exc
        except OSError as exc:
            from phoenix_dev.telemetry.hindrance import hindrance_of

            found_out = hindrance_of(exc, self.path.parent)
            what = f"the store {self.path} cannot be read: {found_out.what}"
            raise NotReady(what, hint=found_out.fix) from exc
        identity = (found.st_dev, found.st_ino)
        if self._db is None or identity != self.identity:
            self.close()
            with readable(self.path):
                self._db = self._open()
            self.identity = identity
        return self._db

    def _open(self) -> sqlite3.Connection:
        db = open_reader(self.path)
        if self._mapped:
            db.execute("PRAGMA mmap_size = 1073741824")
        return db


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads, in any process. Raises NotReady when the file is of another version."""
    uri = path.absolute().as_uri() + ("?mode=ro&immutable=1" if _is_frozen(path) else "?mode=ro")
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_MS / 1000)
    try:
        if _check_version(db, path) < VERSION:
            raise NotReady(
                f"the store {path} was written by an older phoenix-dev; its engine brings it up to date",
                hint="phoenix-dev down && phoenix-dev up",
            )
    except BaseException:
        db.close()
        raise
    return db


def _is_frozen(path: Path) -> bool:
    """Whether the file is whole and nobody can write it: SQLite wants to write beside it even for reading."""
    log = path.with_name(f"{path.name}-wal")
    return bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY) and not log.exists()
