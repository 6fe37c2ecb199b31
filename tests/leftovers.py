"""Processes that a test started and left behind."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

#: Python's own helper of the multiprocessing module lives as long as the interpreter.
_PYTHONS_OWN = "multiprocessing.resource_tracker"


def there() -> frozenset[int]:
    """The numbers of all processes of this machine: what is new can be told by looking at few of them."""
    return frozenset(psutil.pids())


def left_behind(before: frozenset[int], home: Path) -> list[psutil.Process]:
    """Processes that live and were not there before: those below this one and those of `home`."""
    new = there() - before - {os.getpid()}
    if not new:
        return []
    below = {one for one in psutil.Process().children(recursive=True) if one.pid in new}
    return [process for process in below | _serving(home, new) if _lives(process)]


def _serving(home: Path, numbers: frozenset[int]) -> set[psutil.Process]:
    """A background process has no parent to know it by, but the environment it was started in."""
    found = set()
    for number in numbers:
        with suppress(psutil.Error):
            found.add(psutil.Process(number))
    return {process for process in found if _home_of(process) == str(home)}


def _home_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("PHOENIX_DEV_HOME")
    except (psutil.Error, OSError):
        return None


def _belongs_to_another(command: list[str]) -> bool:
    """Python's own helper, or one of those that a browser starts and ends as it likes: the browser itself counts."""
    return _PYTHONS_OWN in " ".join(command) or any(word.startswith("--type=") for word in command)


def _lives(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
        return process.status() != psutil.STATUS_ZOMBIE and not _belongs_to_another(command)
    except psutil.Error:
        return False
