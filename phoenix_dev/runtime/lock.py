"""One engine a state folder: whoever holds the lock on the folder's lock file is it."""

from __future__ import annotations

from phoenix_dev.processes.lock import FileLock as EngineLock
from phoenix_dev.processes.lock import holder, is_held

__all__ = ["EngineLock", "holder", "is_held"]
