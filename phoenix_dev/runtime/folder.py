"""A project's state folder: the names of the engine's files in it, and what is said when it cannot be written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.series.schema import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "engine.lock"
DATABASE = "telemetry.db"
RESERVE = "telemetry.reserve"
SIGNALS = FILE_NAME


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Turn what the system says about a file in a state folder into a sentence. Raises NotReady."""
    try:
        yield
    except OSError as error:
        raise unusable(home, error, "written") from error


def unusable(home: Path, error: OSError, what: str = "used") -> NotReady:
    """What an error means for somebody whose state folder this is to be."""
    from phoenix_dev.telemetry.hindrance import hindrance_of

    found = hindrance_of(error, home)
    return NotReady(f"the state folder {home} cannot be {what}: {found.what}", hint=found.fix)
