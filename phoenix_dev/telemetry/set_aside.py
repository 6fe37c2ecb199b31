"""Damaged stores that are kept under another name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MARK = ".damaged-"


def damaged_files(path: Path) -> list[Path]:
    """What was set aside of a store, oldest first."""
    return sorted(path.parent.glob(f"{path.name}{_MARK}*"))


def is_set_aside(path: Path) -> bool:
    """Whether a file is one of these."""
    return _MARK in path.name


def free_name(path: Path) -> Path:
    """Where to set a store aside: named by the time, and numbered where a second has several."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    names = (path.with_name(f"{path.name}{_MARK}{stamp}{end}") for end in ("", *(f".{n}" for n in range(2, 100))))
    return next(name for name in names if not name.exists() and not name.with_name(f"{name.name}-wal").exists())
