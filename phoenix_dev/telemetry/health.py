"""Whether the store can be written, and in words why not: room, rights, damage, or the file gone from its place."""

from __future__ import annotations

import os
import sqlite3
import time
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.damage import is_damage, mark_suspect, suspects
from phoenix_dev.telemetry.hindrance import Hindrance, find_hindrance

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.telemetry.reserve import Reserve

#: The file system is asked at most so often (seconds).
_ASK_S = 1.0
_AGAIN = "phoenix-dev down && phoenix-dev up"


class Unwritable(Exception):
    """Nothing may be written now; the text says why."""


class Health:
    """Of one file, from its opening. `failure` is empty while all is well, `remedy` then means nothing.

    Used on the writer's thread; the two texts may be read on any.
    """

    def __init__(self, path: Path, reserve: Reserve | None) -> None:
        self._path = path
        self._reserve = reserve
        self._file = _identity(path)
        self._damage = ""
        self._asked = 0.0
        self._found: Hindrance | None = None
        self.failure = ""
        self.remedy = ""

    @property
    def short_of_room(self) -> bool:
        """Whether the reserve was given up and the disk has no room for it."""
        return self._reserve is not None and self._reserve.missing

    def check(self) -> None:
        """Raises Unwritable for a file that was deleted or replaced, that is damaged, and while the reserve is used."""
        if _identity(self._path) != self._file:
            raise Unwritable(f"{self._path} was deleted while the engine runs")
        if self._damage:
            raise Unwritable(self._damage)
        if self._reserve is not None and not self._reserve.hold():
            raise Unwritable(f"the disk of {self._path.parent} is full but for what retention needs to remove anything")

    def give_up_reserve(self, exc: sqlite3.Error) -> bool:
        """Make room for what must be written to get room; False when that was not why it failed, or there is none."""
        return self._reserve is not None and lacks_room(exc) and self._reserve.release()

    def failed(self, exc: Exception) -> None:
        """Something could not be written."""
        if isinstance(exc, sqlite3.Error) and is_damage(exc):
            mark_suspect(self._path)
            self._damage = f"the store {self._path} is damaged: {exc}"
        if self._damage:
            self.failure, self.remedy = self._damage, _AGAIN
        elif isinstance(exc, Unwritable):
            where = quote(str(self._path.parent))
            self._say(str(exc), f"df -h {where}" if self.short_of_room else "phoenix-dev up")
        else:
            found = self._hindrance()
            self._say(found.what if found else str(exc), found.fix if found else "phoenix-dev doctor")

    def well(self) -> None:
        """Something was written."""
        if not self._damage:
            self.failure = ""

    def may_write_again(self) -> bool:
        """Whether nothing hinders any more that the file system knows of."""
        self._asked = 0.0
        return self._hindrance() is None

    def told(self) -> tuple[str, str]:
        """`failure` and `remedy`, also of damage that somebody else met who reads the file."""
        if not self.failure and suspects(self._path):
            return f"a reader found the store {self._path} damaged", _AGAIN
        return self.failure, self.remedy

    def _say(self, why: str, remedy: str) -> None:
        self.failure, self.remedy = f"the store could not write: {why}", remedy

    def _hindrance(self) -> Hindrance | None:
        if time.monotonic() > self._asked + _ASK_S or not self._asked:
            self._asked = time.monotonic()
            self._found = find_hindrance(self._path.parent, self._reach())
        return self._found

    def _reach(self) -> int:
        """Bytes to where one of the files grows."""
        return max(_size(self._path), _size(self._path.with_name(f"{self._path.name}-wal")))


def lacks_room(exc: sqlite3.Error) -> bool:
    """Whether SQLite says that the disk is full."""
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
