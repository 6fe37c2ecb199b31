"""Several commands on one screen: each line behind the name of its command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.running.relay import Plain

#: A line that has no end is shown in pieces of so many bytes.
_LONGEST = 64 * 1024


@dataclass(slots=True)
class Prefixed:
    """Shows whole lines on a descriptor of ours, `prefix` before each."""

    screen: Plain
    prefix: bytes
    _rest: bytearray = field(default_factory=bytearray)

    def show(self, data: bytes) -> None:
        """See Screen."""
        self._rest += data
        if data and b"\n" not in data and len(self._rest) < _LONGEST:
            return
        whole, feed, rest = bytes(self._rest).rpartition(b"\n")
        if not feed or not data:  # no end in sight, or the end of all
            whole, rest = bytes(self._rest).removesuffix(b"\n"), b""
        self._rest[:] = rest
        if whole or feed:
            self.screen.show(b"".join(self.prefix + line + b"\n" for line in whole.split(b"\n")))
