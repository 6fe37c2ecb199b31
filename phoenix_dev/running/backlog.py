"""Bytes that wait their turn: in memory up to a bound, behind that in a file without a name."""

from __future__ import annotations

from collections import deque
from typing import IO

#: Bytes in memory, and in all.
IN_MEMORY = 8 * 1024 * 1024
MOST = 1024 * 1024 * 1024
_CHUNK = 256 * 1024


class Backlog:
    """First in, first out. What would make it larger than `most` bytes is not taken."""

    def __init__(self, in_memory: int = IN_MEMORY, most: int = MOST) -> None:
        self._chunks: deque[bytes] = deque()
        self._in_chunks = 0
        self._spilled: IO[bytes] | None = None
        self._read = self._written = 0
        self._in_memory = in_memory
        self._most = most

    def __len__(self) -> int:
        return self._in_chunks + self._written - self._read

    def add(self, data: bytes) -> bool:
        """Put bytes at the end; False when there is no room for them, here or on the disk."""
        if len(self) + len(data) > self._most:
            return False
        if self._written > self._read or self._in_chunks + len(data) > self._in_memory:
            return self._spill(data)
        self._chunks.append(data)
        self._in_chunks += len(data)
        return True

    def first(self) -> bytes:
        """The bytes at the front, as many as come in one piece; empty when nothing waits."""
        if not self._chunks and self._written > self._read:
            self._fetch()
        return self._chunks[0] if self._chunks else b""

    def remove(self, count: int) -> None:
        """Take so many bytes of `first` off."""
        chunk = self._chunks.popleft()
        if count < len(chunk):
            self._chunks.appendleft(chunk[count:])
        self._in_chunks -= count

    def close(self) -> None:
        """Give up the file."""
        if self._spilled is not None:
            self._spilled.close()

    def _spill(self, data: bytes) -> bool:
        from tempfile import TemporaryFile

        try:
            if self._spilled is None:
                self._spilled = TemporaryFile(prefix="phoenix-dev-run-")  # noqa: SIM115 - until `close`
            self._spilled.seek(self._written)
            self._spilled.write(data)
            self._spilled.flush()
        except OSError:  # no room on the disk: what was written of it counts for nothing
            return False
        self._written += len(data)
        return True

    def _fetch(self) -> None:
        assert self._spilled is not None
        self._spilled.seek(self._read)
        data = self._spilled.read(min(_CHUNK, self._written - self._read))
        self._read += len(data)
        self._chunks.append(data)
        self._in_chunks += len(data)
        if self._read == self._written:
            self._spilled.truncate(0)
            self._read = self._written = 0
