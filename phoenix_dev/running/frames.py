"""What goes through the pipe to the shipper: pieces of output, each with its stream and the time it was read."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = struct.Struct("<HQI")


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of a stream; empty data is the stream's end. `time_ns` is when it was read (Unix nanoseconds)."""

    stream: int
    time_ns: int
    data: bytes


def packed(stream: int, time_ns: int, data: bytes) -> bytes:
    """One piece as bytes."""
    return _HEAD.pack(stream, time_ns, len(data)) + data


class Unpacker:
    """Bytes as they come → the pieces that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The pieces that these bytes complete."""
        data = self._rest + data if self._rest else data
        at = 0
        while at + _HEAD.size <= len(data):
            stream, time_ns, length = _HEAD.unpack_from(data, at)
            end = at + _HEAD.size + length
            if end > len(data):
                break
            yield Frame(stream, time_ns, data[at + _HEAD.size : end])
            at = end
        self._rest = data[at:]
