"""Processes that a test started and left behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

#: Python's own helper of the multiprocessing module lives as long as the interpreter.
_PYTHONS_OWN = "multiprocessing.resource_tracker"


def children() -> set[psutil.Process]:
    """The processes below this one."""
    return set(psutil.Process().children(recursive=True))


def left_behind(before: set[psutil.Process], home: Path) -> list[psutil.Process]:
    """Processes that live and were not there before: those below this one and those of `home`."""
    return [process for process in children() - before | _serving(home) if _lives(process)]


def _serving(home: Path) -> set[psutil.Process]:
    """A background process has no parent to know it by, but the environment it was started in."""
    return {
        process for process in psutil.process_iter() if process.pid != os.getpid() and _home_of(process) == str(home)
    }


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
