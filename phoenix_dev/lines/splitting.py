"""A stream of bytes → its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.lines.text import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator


class Splitter:
    """Cuts a stream at its line feeds. Of a line above `LONGEST_LINE` bytes the rest is dropped."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that these bytes complete, without their line feeds."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            if self._rest:
                self._keep(line)
                yield bytes(self._rest)
                self._rest.clear()
            else:
                yield line[:LONGEST_LINE]
        self._keep(rest)

    def flush(self) -> Iterator[bytes]:
        """What no line feed has ended."""
        if self._rest:
            yield bytes(self._rest)
            self._rest.clear()

    def _keep(self, data: bytes) -> None:
        self._rest += data[: LONGEST_LINE - len(self._rest)]
