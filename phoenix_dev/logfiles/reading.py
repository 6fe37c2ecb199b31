"""What is followed, and how it stands with that: written down by who follows, for `status` and `doctor`."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.processes.identity import identity, lives

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READING_FILE = "reading.json"
#: What changes is written down so often at most (seconds).
_OFTEN_S = 1.0

#: `awaited`: there is none of that name yet, or it was never started. `ended`: it does not run, all of it is kept.
ContainerState = Literal["followed", "awaited", "ended", "unread"]


@dataclass(frozen=True, slots=True)
class FilesReading:
    """How many files are followed, how many bytes of them are not kept yet; patterns that match nothing; why what
    cannot be read cannot, by path.
    """

    files: int = 0
    behind_bytes: int = 0
    unmatched: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContainerReading:
    """How it stands with the container of a name; `why` it is unread; the age of what waits to be read."""

    name: str
    state: ContainerState
    why: str = ""
    behind_ns: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """All of it, by the process `pid`."""

    files: FilesReading = FilesReading()
    containers: tuple[ContainerReading, ...] = ()
    pid: int = 0
    identity: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether who wrote this still reads."""
        return lives(self.pid, self.identity)

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """What stands in a project's state folder; None where nothing does, or what cannot be understood."""
        found = read_document(home / READING_FILE)
        try:
            files = found["files"]
            return cls(
                FilesReading(**{**files, "unmatched": tuple(files["unmatched"])}),
                tuple(ContainerReading(**one) for one in found["containers"]),
                int(found["pid"]),
                str(found["identity"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


class Diary:
    """Writes down how reading goes on."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._me = (os.getpid(), identity(os.getpid()))
        self._written: Reading | None = None
        self._again = 0.0

    def note(self, files: FilesReading, containers: tuple[ContainerReading, ...]) -> None:
        """Write it down, where it is something new and the last time was a while ago. A full disk is no reason not to
        read on.
        """
        if time.monotonic() < self._again:
            return
        now = Reading(files, containers, *self._me)
        if now != self._written:
            with contextlib.suppress(OSError):
                write_document(self._home / READING_FILE, asdict(now))
                self._written = now
        self._again = time.monotonic() + _OFTEN_S
