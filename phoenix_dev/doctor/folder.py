"""Can the state folder be written?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phoenix_dev.doctor.room import nearest_existing
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.telemetry.hindrance import find_hindrance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ELSEWHERE = "export PHOENIX_DEV_HOME=~/.phoenix-dev"


def state_folder(home: Path) -> Iterator[Finding]:
    """A file is written and removed, in the folder or where the folder would be made."""
    folder = nearest_existing(home)
    if os.path.exists(home) and not os.path.isdir(home):
        yield Finding("folder", Severity.ERROR, "the state folder is a file", str(home), _ELSEWHERE)
        return
    if found := find_hindrance(folder):
        what = f"the state folder cannot be written: {found.what}"
        yield Finding("folder", Severity.ERROR, what, str(folder), found.fix)
        return
    yield Finding("folder", Severity.OK, "can be written", str(home))
