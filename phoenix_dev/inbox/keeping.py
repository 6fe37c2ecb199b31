"""What came, on disk and in memory: the newest so many messages of so many bytes.

The file is a line of JSON a message, appended and synced before the sender is answered. A kill or a power cut tears at
most the last line, of which nobody was told that it is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "messages.jsonl"
#: The file may grow to so many times of what is kept before it is written anew.
_SLACK = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages are kept, and how many bytes of them."""

    messages: int = 1000
    total_bytes: int = 8 * 2**20


@dataclass(frozen=True, slots=True)
class _Kept:
    time_ns: int
    line: bytes


class Messages:
    """The messages in a folder; may be used by several threads. Raises OSError when the folder cannot be used."""

    def __init__(self, folder: Path, limits: Limits | None = None, clock: Callable[[], int] = time.time_ns) -> None:
        self._path = folder / FILE
        self._limits = limits or Limits()
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self._size, self._lines = self._read()
        # What is torn goes without asking for room: on a full disk what is there is still told.
        os.ftruncate(self._file, self._size)

    def add(self, channel: str, body: str) -> None:
        """Keep a message. Raises OSError when it cannot be written; then it is not kept."""
        with self._lock:
            # Later than all before it, whatever the clock does, so that a reader can go on from the last it saw.
            moment = max(self._clock(), self._kept[-1].time_ns + 1 if self._kept else 0)
            written = {"time_ns": moment, "channel": channel, "body": body}
            line = json.dumps(written).encode("ascii") + b"\n"
            self._append(line)
            self._take(_Kept(moment, line))
            if self._size > _SLACK * self._limits.total_bytes or self._lines > _SLACK * self._limits.messages:
                # What came is kept, even where there is no room for another file; the next one tries again.
                with contextlib.suppress(OSError):
                    self._write_anew()

    def since(self, time_ns: int) -> list[bytes]:
        """The lines of the messages from a time on (Unix nanoseconds), oldest first."""
        with self._lock:
            return [one.line for one in self._kept if one.time_ns >= time_ns]

    def __len__(self) -> int:
        return len(self._kept)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            os.close(self._file)

    def _take(self, message: _Kept) -> None:
        self._kept.append(message)
        self._bytes += len(message.line)
        while len(self._kept) > self._limits.messages or self._bytes > self._limits.total_bytes:
            self._bytes -= len(self._kept.popleft().line)

    def _append(self, line: bytes) -> None:
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            os.fsync(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)
        self._lines += 1

    def _read(self) -> tuple[int, int]:
        """Take up what the file holds: how many bytes and lines of it are whole."""
        size = lines = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                size, lines = size + len(line), lines + 1
                if (moment := _time_of(line)) is not None:
                    self._take(_Kept(moment, line))
        return size, lines

    def _write_anew(self) -> None:
        """Only what is kept, in place of all that was written; whole or not at all."""
        beside = self._path.with_suffix(".new")
        # Opened but once, and before the other is let go of: there is no moment without a file to write to.
        anew = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
        try:
            with os.fdopen(anew, "wb", closefd=False) as file:
                file.writelines(one.line for one in self._kept)
                file.flush()
                os.fsync(anew)
            beside.replace(self._path)
        except OSError:
            os.close(anew)
            beside.unlink(missing_ok=True)
            raise
        os.close(self._file)
        self._file = anew
        self._size, self._lines = self._bytes, len(self._kept)


def _time_of(line: bytes) -> int | None:
    """When a line's message came; None for what is no message."""
    try:
        found = json.loads(line)
        whole = isinstance(found["body"], str) and isinstance(found["channel"], str)
        return found["time_ns"] if whole and isinstance(found["time_ns"], int) else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
