"""What takes long to build or install, kept in the user's cache folder and made anew when its sources change."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: The environment and the cache folder as they are outside a test, which has a HOME of its own.
OUTSIDE: Mapping[str, str] = dict(os.environ)
_CACHE = Path(OUTSIDE.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "phoenix-dev-tests"


def made_once(name: str, sources: Iterable[Path], make: Callable[[Path, Path], None]) -> Path:
    """A folder with what is made of these files; of all processes that want it at once, one makes it.

    `make` gets the new folder to fill, and a workshop that stays from one making of this name to the next.
    """
    made = _CACHE / f"{name}-{_digest(sources)}"
    workshop = _CACHE / f"{name}-workshop"
    workshop.mkdir(parents=True, exist_ok=True)
    with (workshop / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.is_dir():
            unfinished = _CACHE / f"{name}-unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished, workshop)
            unfinished.rename(made)
    return made


def _digest(sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(f"{source.name}\0{source.stat().st_size}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:16]
