"""A settings file as a user writes it, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_dev.errors import UsageError
from phoenix_dev.settings import load

NAME = "phoenix-dev.yaml"


def write(text: str | bytes, folder: Path | None = None) -> Path:
    path = (folder or Path.cwd()) / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def complaint(flags: dict[str, str] | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        load(flags or {})
    assert caught.value.exit_code == 2
    return caught.value.message


def complaint_of(path: Path) -> str:
    said = complaint()
    assert str(path) in said
    return said
