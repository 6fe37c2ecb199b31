"""How far sources of telemetry (log files) have been read, kept with what was read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.telemetry.database import ReadConnection

if TYPE_CHECKING:
    from pathlib import Path


def read_positions(path: Path) -> dict[str, str]:
    """The position of each source in a store's file. Raises NotReady when there is no file, or it cannot be read."""
    db = ReadConnection(path)
    try:
        return {str(source): str(value) for source, value in db.rows("SELECT source, value FROM position")}
    finally:
        db.close()
