"""The last word of an engine whose state folder was deleted: beside the folder, for `status`, until the next `up`."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.processes.document import read_document, write_document

if TYPE_CHECKING:
    from pathlib import Path


class Farewell:
    """A small file named like the folder. Where it cannot be written, nothing is said."""

    @staticmethod
    def leave(home: Path) -> None:
        """Say that the folder was deleted, unless somebody has begun a new one."""
        at = rfc3339(time.time_ns(), 0).replace(".", "")
        said = f"it ended at {at}, since its folder {home} was deleted while it ran; phoenix-dev up begins anew"
        # Of what was deleted with everything around it nothing is made again.
        if home.exists() or len(home.parents) < 3 or not home.parents[2].is_dir():
            return
        with contextlib.suppress(OSError):
            home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_document(_file(home), {"said": said})

    @staticmethod
    def read(home: Path) -> str:
        """What was said; empty when nothing was."""
        return str(read_document(_file(home)).get("said", ""))

    @staticmethod
    def forget(home: Path) -> None:
        """Another engine lives."""
        with contextlib.suppress(OSError):
            _file(home).unlink(missing_ok=True)


def _file(home: Path) -> Path:
    return home.with_name(f"{home.name}.ended.json")
