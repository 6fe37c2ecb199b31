"""What one question brought along for the next: to know that a trace is there it was read, and next it is wanted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

#: Older than this (seconds) nothing is handed on: more may have arrived.
_FRESH = 0.25


class JustRead(Generic[T]):
    """Hands on what was read a moment ago, once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, T]] = {}

    def put(self, key: str, value: T) -> None:
        """Keep what was just read, and nothing else."""
        self.put_all({key: value})

    def put_all(self, read: Mapping[str, T]) -> None:
        """Keep what was just read together, and nothing else."""
        now = time.monotonic()
        self._kept = {key: (now, value) for key, value in read.items()}

    def take(self, key: str) -> T | None:
        """What was read just now, None when it was not or was taken already."""
        at, value = self._kept.pop(key, (0.0, None))
        return value if time.monotonic() - at < _FRESH else None
