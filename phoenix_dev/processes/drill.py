"""A drill that is on: for as long as its process lives, durations of rules are divided by its scale of time.

It is written down in the project's state folder, with the identity of its process. So whoever evaluates rules need not
be told of its end: a drill whose process is gone, killed or not, is over.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.processes.identity import identity, lives
from phoenix_dev.processes.lock import FileLock

if TYPE_CHECKING:
    from pathlib import Path

DRILL_FILE = "drill.json"
_LOCK = "drill.lock"


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill that was written down: its scale of time, and its process by number and identity."""

    time_scale: float
    pid: int
    identity: str

    @property
    def on(self) -> bool:
        """Whether its process still lives."""
        return lives(self.pid, self.identity)


def read_drill(home: Path) -> Drill | None:
    """The drill that is on, or that was killed and left itself written down; None when there is neither."""
    found = read_document(home / DRILL_FILE)
    try:
        return Drill(float(found["time_scale"]), int(found["pid"]), str(found["identity"]))
    except (KeyError, TypeError, ValueError):
        return None


def scale_now(home: Path) -> float:
    """What durations are to be divided by at this moment: 1 unless a drill is on."""
    found = read_drill(home)
    return max(1.0, found.time_scale) if found and found.on else 1.0


def begin_drill(home: Path, time_scale: float) -> None:
    """Write a drill of this process down. Raises NotReady when another one is on, or the folder cannot be written."""
    try:
        with FileLock.wait_for(home / _LOCK):
            other = read_drill(home)
            if other and other.on and other.pid != os.getpid():
                raise NotReady(f"another drill is on: the process {other.pid}", hint=f"ps {other.pid}")
            write_document(home / DRILL_FILE, asdict(Drill(time_scale, os.getpid(), identity(os.getpid()))))
    except OSError as error:
        raise NotReady(f"{home} cannot be written: {error.strerror}", hint=f"ls -ld {quote(str(home))}") from error


def forget_drill(home: Path) -> None:
    """No drill is on."""
    (home / DRILL_FILE).unlink(missing_ok=True)
