"""Log files on the real stack: a small collector of its own reads them from one folder, mounted read-only.

It runs as whoever starts the stack, so it reads what that user can, and nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SERVICE = "log-files"
#: Below the project's state folder: how far each file has been read, and what waits to be sent.
_POSITIONS = "log-positions"
_INSIDE = "/logs"
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class ComposeLogs:
    """The patterns of `logs.files` (absolute) of the project whose state folder is `home`."""

    home: Path
    patterns: Sequence[str]

    @property
    def services(self) -> list[str]:
        """What is to be started for them."""
        return [SERVICE] if self.patterns else []

    def prepare(self) -> Mapping[str, str]:
        """The values of the variables in compose.yaml; the folders are there afterwards.

        Raises UsageError when the files lie below no common folder or have a name that compose cannot be told, and
        OSError when a folder cannot be made.
        """
        if not self.patterns:
            return {}
        folder = self._folder()
        positions = self.home.absolute() / _POSITIONS
        # Docker would make a missing folder as root.
        os.makedirs(folder, exist_ok=True)
        positions.mkdir(mode=0o700, exist_ok=True)
        inside = [_INSIDE + pattern.removeprefix(folder) for pattern in self.patterns]
        return {
            "PHOENIX_LOG_FILES": f"'{json.dumps(inside)}'",
            "PHOENIX_LOG_FOLDER": f"'{folder}'",
            "PHOENIX_LOG_POSITIONS": f"'{positions}'",
            "PHOENIX_LOG_USER": f"{os.getuid()}:{os.getgid()}",
        }

    def forget(self) -> None:
        """Read every file from its beginning the next time."""
        shutil.rmtree(self.home / _POSITIONS, ignore_errors=True)

    def _folder(self) -> str:
        """The nearest folder above all files."""
        above = os.path.commonpath([_folder_of(pattern) for pattern in self.patterns])
        wrong = next((pattern for pattern in self.patterns if set(pattern) & set("'\n:$")), "")
        if above == "/" or wrong:
            why = f"{wrong} has a ', a $, a colon or a line end" if wrong else "they lie below no common folder"
            raise UsageError(f"the log files cannot be mounted into a container: {why}", hint="phoenix-dev config")
        return above


def _folder_of(pattern: str) -> str:
    wild = _WILD.search(pattern)
    return os.path.dirname(pattern[: wild.start()] if wild else pattern) or "/"
