"""One file that is followed: its lines as they become whole, and how far they have been handed out."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from phoenix_dev.lines.grouping import HOLD_S, Grouper
from phoenix_dev.lines.text import LONGEST_LINE, text_of_line
from phoenix_dev.logfiles.position import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.lines.grouping import Group

_CHUNK = 256 * 1024
#: What stands before what tells apart the files of one service: `shop` of shop.log.1, shop.jsonl, shop-2026-01-02.log.
_SERVICE = re.compile(r"(.+?)(?:[.-]\d[\d.-]*)?(?:\.(?:log|jsonl?|ndjson|txt|out|err))?(?:[.-]\d[\d.-]*)?$")


class Follower:
    """A file that is open. Positions count bytes; `position` is behind the last line that was handed out."""

    def __init__(self, path: str, descriptor: int, position: Position) -> None:
        self.path = path
        self.service = service_of(path)
        self.descriptor = descriptor
        self.position = position
        self._read = position.offset
        #: To here there is no line feed in a line that is longer than any.
        self._searched = 0
        self._grouper = Grouper()
        self._heard = self._grown = time.monotonic()

    @property
    def quiet_s(self) -> float:
        """How long nothing has come (seconds)."""
        return time.monotonic() - self._grown

    @property
    def behind_bytes(self) -> int:
        """How much of it has not been handed out."""
        try:
            return max(0, os.fstat(self.descriptor).st_size - self.position.offset)
        except OSError:
            return 0

    def groups(self) -> Iterator[Group]:
        """What has come since the last time, at most some hundred kilobytes. Raises OSError.

        A file that was cut, or written over, is read from its beginning.
        """
        size = os.fstat(self.descriptor).st_size
        if size == self._read and not self._grouper.holds:
            return
        if size < self._read or (size > self._read and not self.position.fits(self.descriptor)):
            yield from self._grouper.flush()
            self.position, self._read, self._searched = Position(), 0, 0
        yield from self._fresh()
        if self._grouper.holds and time.monotonic() > self._heard + HOLD_S:
            yield from self._grouper.flush()

    def rest(self) -> Iterator[Group]:
        """What a file that nobody writes to any more has not ended with a line feed, and what is held back."""
        data = os.pread(self.descriptor, LONGEST_LINE, self._read)
        if data and b"\n" not in data:
            self._read += len(data)
            yield from self._grouper.feed(text_of_line(data), self._read)
        yield from self._grouper.flush()

    def handed_out(self, end: int) -> Position:
        """The position behind a group; where nothing is held back, behind all that was read."""
        offset = end if self._grouper.holds else max(end, self._read)
        self.position = Position.of(self.descriptor, offset)
        return self.position

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)

    def _fresh(self) -> Iterator[Group]:
        data = os.pread(self.descriptor, _CHUNK, self._read)
        if data and b"\n" not in data and len(data) == _CHUNK:
            data = os.pread(self.descriptor, LONGEST_LINE, self._read)
            if b"\n" not in data and len(data) == LONGEST_LINE:
                yield from self._overlong(data)
                return
        whole, feed, _ = data.rpartition(b"\n")
        if not feed:
            return
        self._grown = self._heard = time.monotonic()
        for line in whole.split(b"\n"):
            self._read += len(line) + 1
            yield from self._grouper.feed(text_of_line(line), self._read)

    def _overlong(self, begins: bytes) -> Iterator[Group]:
        """A line above the longest: its beginning stands for it once its end is there, the rest is passed over."""
        self._searched = max(self._searched, self._read + len(begins))
        while data := os.pread(self.descriptor, LONGEST_LINE, self._searched):
            at = data.find(b"\n")
            self._searched += len(data) if at < 0 else at + 1
            if at >= 0:
                self._read = self._searched
                self._grown = self._heard = time.monotonic()
                yield from self._grouper.feed(text_of_line(begins), self._read)
                return


def service_of(path: str) -> str:
    """The service of a file whose lines name none."""
    name = os.path.basename(path)
    found = _SERVICE.fullmatch(name)
    return found[1] if found else name
