"""A JSON object in a file, written down by one process and read by the next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from phoenix_dev.processes.in_place import put_in_place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_document(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty when there is none or it cannot be understood."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Put a JSON object in place, whole or not at all, also when others write it at the same time; for its user alone.

    Raises OSError when the folder cannot be written.
    """
    put_in_place(path, (json.dumps(document, indent=1) + "\n").encode("utf-8"))
