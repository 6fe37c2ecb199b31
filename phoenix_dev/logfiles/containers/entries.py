"""What the Docker engine sends of a container's output → entries (Docker Engine API, "Attach to a container", "Stream
format"; with timestamps before each).

An entry is what the container wrote in one go: a line, or a piece of one that is longer than 16 KiB.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple, Protocol

from phoenix_dev.lines.text import LONGEST_LINE
from phoenix_dev.lines.times import time_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator

STDOUT, STDERR = 1, 2
_HEADER = struct.Struct(">BxxxI")
#: In pieces of so many bytes the Docker engine takes a long line.
_PIECE = 16 * 1024
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")


class Entry(NamedTuple):
    """`data` ends with a line feed unless more of the line follows; `time_ns` is when Docker took it (Unix)."""

    time_ns: int
    stream: int
    data: bytes


class Decoder(Protocol):
    """Takes an answer as it comes."""

    def feed(self, data: bytes) -> Iterator[Entry]:
        """The entries that these bytes complete."""
        ...

    def rest(self) -> Iterator[Entry]:
        """What the end of the answer completes."""
        ...


class Frames:
    """Of a container without a terminal: stdout and stderr in frames, an entry each."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Entry]:
        """See Decoder."""
        data = self._rest + data
        at = 0
        while len(data) - at >= _HEADER.size:
            stream, length = _HEADER.unpack_from(data, at)
            end = at + _HEADER.size + length
            if end > len(data):
                break
            yield _entry(stream, data[at + _HEADER.size : end])
            at = end
        self._rest = data[at:]

    def rest(self) -> Iterator[Entry]:
        """See Decoder: a frame without its end is none."""
        return iter(())


class Terminal:
    """Of a container with a terminal: lines, of which long ones have a time before each piece."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Entry]:
        """See Decoder."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._keep(line)
            yield _entry(STDOUT, _put_together(bytes(self._rest)) + b"\n")
            self._rest.clear()
        self._keep(rest)

    def rest(self) -> Iterator[Entry]:
        """See Decoder."""
        if self._rest:
            yield _entry(STDOUT, _put_together(bytes(self._rest)) + b"\n")
            self._rest.clear()

    def _keep(self, data: bytes) -> None:
        self._rest += data[: LONGEST_LINE - len(self._rest)]


def _entry(stream: int, stamped: bytes) -> Entry:
    found = _STAMP.match(stamped)
    if found is None:
        return Entry(0, stream, stamped)
    return Entry(time_of_text(found[0][:-1].decode("ascii")), stream, stamped[found.end() :])


def _put_together(line: bytes) -> bytes:
    """A line without the times before its second and further pieces."""
    first = _STAMP.match(line)
    at = (first.end() if first else 0) + _PIECE
    while at < len(line) and (found := _STAMP.match(line, at)):
        line = line[:at] + line[found.end() :]
        at += _PIECE
    return line
