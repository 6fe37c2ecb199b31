"""Room on the disk that is given up when the disk is full, so that retention can still remove what is too much.

Deleting takes room first: SQLite writes what changes into the write-ahead log, and only folding that back in frees it.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Reserve:
    """A file of so many bytes without content. On a disk that never had so much room there is none."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._wanted = False

    @property
    def missing(self) -> bool:
        """Whether the room was given up and is not taken again."""
        return self._wanted and not self.held

    @property
    def held(self) -> bool:
        """Whether the room is taken."""
        try:
            return self._path.stat().st_size == self._size
        except OSError:
            return False

    def release(self) -> bool:
        """Give the room up; whether there was any."""
        with contextlib.suppress(OSError):
            self._path.unlink()
            self._wanted = True
            return True
        return False

    def hold(self) -> bool:
        """Take the room, or take it again: False when it was given up and the disk has no more so much. Where a file
        cannot be made for another reason there is no reserve, and that is no hindrance.
        """
        if self.held:
            return True
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                _allocate(fd, self._size)
            finally:
                os.close(fd)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._path.unlink()
            return not (self._wanted and error.errno in (errno.ENOSPC, errno.EDQUOT))
        self._wanted = True
        return True


def _allocate(fd: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size)
        return
    piece = bytes(1 << 20)  # macOS
    for at in range(0, size, len(piece)):
        os.pwrite(fd, piece[: size - at], at)
