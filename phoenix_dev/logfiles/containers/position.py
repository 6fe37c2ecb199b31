"""How far the output of a container has been read: the moment of the last entry, and how many entries of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

_SECOND = 10**9


@dataclass(frozen=True, slots=True)
class ContainerPosition:
    """`count` entries of the moment `time_ns` have been read, and all before it. `name`: by what it was looked for.
    `missing_s`: since when there is no such container (Unix seconds); 0 while there is.
    """

    name: str
    time_ns: int = 0
    count: int = 0
    missing_s: int = 0

    @property
    def since(self) -> str:
        """The moment as the Docker engine takes it, which includes what it sends; empty for the beginning."""
        return f"{self.time_ns // _SECOND}.{self.time_ns % _SECOND:09}" if self.time_ns else ""

    def to_text(self) -> str:
        """The position as it is kept."""
        return json.dumps([self.name, self.time_ns, self.count, self.missing_s])

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The position that `to_text` wrote; None for what is none."""
        try:
            name, time_ns, count, *missing_s = json.loads(text)
            return cls(str(name), int(time_ns), int(count), *map(int, missing_s[:1]))
        except (ValueError, TypeError):
            return None
