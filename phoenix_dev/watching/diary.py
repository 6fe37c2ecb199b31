"""How watching goes on: written down by the process that does it, for `status`."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Self

from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.processes.identity import identity, lives

if TYPE_CHECKING:
    from pathlib import Path

WATCHING_FILE = "watching.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """By the process `pid`, last at `time_ns` (Unix nanoseconds). `behind`: blocks of telemetry that have arrived and
    are not counted yet, since `behind_since_ns`, 0 where there are none. `refused`: points of metrics for whose series
    there was no room.
    """

    time_ns: int = 0
    behind: int = 0
    behind_since_ns: int = 0
    refused: int = 0
    pid: int = 0
    identity: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether who wrote this still lives."""
        return lives(self.pid, self.identity)

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """What stands in a project's state folder; None where nothing does, or what cannot be understood."""
        found = read_document(home / WATCHING_FILE)
        try:
            numbers = {name: int(found[name]) for name in ("time_ns", "behind", "behind_since_ns", "refused", "pid")}
            return cls(**numbers, identity=str(found["identity"]))
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(slots=True)
class Diary:
    """Of a state folder."""

    home: Path
    _behind_since_ns: int = 0
    _identity: str = field(default_factory=lambda: identity(os.getpid()))

    def note(self, behind: int, refused: int) -> None:
        """Write down how it stands. A full disk is no reason not to go on."""
        now_ns = time.time_ns()
        self._behind_since_ns = (self._behind_since_ns or now_ns) if behind else 0
        progress = Progress(now_ns, behind, self._behind_since_ns, refused, os.getpid(), self._identity)
        with contextlib.suppress(OSError):
            write_document(self.home / WATCHING_FILE, asdict(progress))
