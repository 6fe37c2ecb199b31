"""Exact screens, kept in files. `GOLDEN=write pytest tests/unit/render` writes them anew; look at the difference."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).with_name("screens")


def assert_golden(name: str, text: str) -> None:
    """The text is what the golden file of that name says."""
    assert_kept(_FOLDER / name, text)


def assert_kept(path: Path, text: str) -> None:
    """The text is what the file says."""
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; GOLDEN=write writes it anew"
