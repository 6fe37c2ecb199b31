"""A store that is damaged: noticed when it is opened or touched, set aside under another name, begun anew.

Every opening looks at the header, the schema and the ends of each table, which takes a millisecond. All pages are read
when somebody met damage (a file beside the store says so), or the write-ahead log has lost commits.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import struct
import time
from typing import TYPE_CHECKING, NamedTuple

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.database import is_damage, mark_suspect, open_writer, readable, suspect_file, suspects
from phoenix_dev.telemetry.hindrance import find_hindrance
from phoenix_dev.telemetry.set_aside import free_name

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_damage", "look_through", "mark_suspect", "open_sound", "suspects"]

_WAL_HEADER, _FRAME_HEADER = 32, 24
#: SQLite's file format, "The Write-Ahead Log": two magic numbers; a frame's page, size after commit, and two salts.
_MAGIC = (0x377F0682, 0x377F0683)
_FRAME = struct.Struct(">II8s")
_PAGE = 4096


class _Damaged(NotReady):
    """What was found when it was looked for."""


class _Log(NamedTuple):
    """Whether the log's header is sound, and for each frame whether it ends a commit of this log."""

    sound: bool
    commits: list[bool]


def open_sound(path: Path) -> tuple[sqlite3.Connection, str]:
    """The connection of the one process that writes (see open_writer), and a sentence when the file or its log was
    damaged and had to be set aside, else nothing. Raises what open_writer raises for other reasons.
    """
    log = _read_log(path)
    try:
        _expect_content(path, log)
        db = open_writer(path)
        try:
            with readable(path):
                lost = _lost_commits(db, log)
            aside = _copy_log_aside(path) if lost else None
            _glance(db, path)
            if lost or suspects(path):
                _expect_sound(db, path)
        except BaseException:
            db.close()
            raise
    except NotReady as exc:
        if not (isinstance(exc, _Damaged) or (exc.__cause__ and is_damage(exc.__cause__))):
            _explain(exc, path)
            raise
        aside = _set_aside(path)
        note = f"the store was damaged ({exc.__cause__ or exc.message}): it is kept as {aside}, a new one is begun"
        return open_writer(path), note
    suspect_file(path).unlink(missing_ok=True)
    if aside is None:
        return db, ""
    return db, f"the write-ahead log of the store was damaged: its last {lost} commits are lost, it is kept as {aside}"


def _explain(exc: NotReady, path: Path) -> None:
    """SQLite's "unable to open" is mostly a matter of the folder: raises NotReady saying what."""
    if isinstance(exc.__cause__, sqlite3.OperationalError) and (found := find_hindrance(path.parent)):
        raise NotReady(f"the store {path} cannot be written: {found.what}", hint=found.fix) from exc


def look_through(path: Path, within_s: float) -> str:
    """What is wrong with a file, read beside its writer; empty when nothing is, or was found in so many seconds.

    Raises NotReady when it cannot be opened.
    """
    from phoenix_dev.telemetry.database import open_reader

    with readable(path), contextlib.closing(open_reader(path)) as db:
        deadline = time.monotonic() + within_s
        db.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        try:
            return _quick_check(db)
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return ""
            raise


def _glance(db: sqlite3.Connection, path: Path) -> None:
    with readable(path):
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for order in ("", "DESC"):
                db.execute(f'SELECT * FROM "{table}" ORDER BY 1 {order} LIMIT 1').fetchall()  # noqa: S608 - our tables


def _expect_sound(db: sqlite3.Connection, path: Path) -> None:
    with readable(path):
        if found := _quick_check(db):
            raise _Damaged(found)


def _quick_check(db: sqlite3.Connection) -> str:
    (said,) = db.execute("PRAGMA quick_check(1)").fetchone()
    return "" if said == "ok" else " ".join(str(said).split())


def _expect_content(path: Path, log: _Log) -> None:
    """SQLite takes an empty file for a new one and forgets its log."""
    if log.commits and path.exists() and not path.stat().st_size:
        raise _Damaged("the file is empty, and its write-ahead log is not")


def _read_log(path: Path) -> _Log:
    """The log that an engine left which was killed."""
    with contextlib.suppress(OSError), _log_of(path).open("rb") as file:
        head = file.read(_WAL_HEADER)
        sound = _is_header(head)
        page = int.from_bytes(head[8:12], "big") if sound else _PAGE
        count = (os.fstat(file.fileno()).st_size - _WAL_HEADER) // (page + _FRAME_HEADER)
        commits: list[tuple[bool, bytes]] = []
        for number in range(count):
            file.seek(_WAL_HEADER + number * (page + _FRAME_HEADER))
            _, size, salts = _FRAME.unpack(file.read(_FRAME.size))
            commits.append((size > 0, salts))
        # A log that was started anew overwrites the one before it, whose frames have other salts.
        salts = head[16:24] if sound else next((found for _, found in commits), b"")
        return _Log(sound, [commit and found == salts for commit, found in commits])
    return _Log(True, [])


def _is_header(head: bytes) -> bool:
    """Whether its checksum is right; it is of words in the byte order that the magic number tells."""
    magic, *_ = struct.unpack(">I", head[:4]) if len(head) == _WAL_HEADER else (0,)
    if magic not in _MAGIC:
        return False
    words = struct.unpack(f"{'>' if magic & 1 else '<'}6I", head[:24])
    first = second = 0
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return struct.pack(">II", first, second) == head[24:]


def _lost_commits(db: sqlite3.Connection, log: _Log) -> int:
    """Commits of the log behind the frame where SQLite stopped reading.

    A write that a kill cut short leaves a frame that is not valid, but none behind it that commits.
    """
    if not log.commits:
        return 0
    if not log.sound:
        return sum(log.commits)
    _, valid, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return sum(log.commits[max(0, valid) + 1 :])


def _copy_log_aside(path: Path) -> Path:
    aside = free_name(path)
    aside = aside.with_name(f"{aside.name}-wal")
    shutil.copyfile(_log_of(path), aside)
    return aside


def _set_aside(path: Path) -> Path:
    aside = free_name(path)
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            os.rename(path.with_name(path.name + end), aside.with_name(aside.name + end))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    suspect_file(path).unlink(missing_ok=True)
    return aside


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
