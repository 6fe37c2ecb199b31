"""Which of a few colours a service has: by its name, so that it stays the same from one look to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable


class Colours:
    """Numbers from 0 to `most` - 1 for services: that of the name, or the next free one while there are any."""

    def __init__(self, most: int, services: Iterable[str] = ()) -> None:
        self._most = most
        self._numbers: dict[str, int] = {}
        for service in services:
            self.number(service)

    def number(self, service: str) -> int:
        """The number of a service, from the first time on the same."""
        if service not in self._numbers:
            first = number_of(service, self._most)
            taken = set(self._numbers.values())
            turns = ((first + step) % self._most for step in range(self._most))
            self._numbers[service] = next((turn for turn in turns if turn not in taken), first)
        return self._numbers[service]


def number_of(text: str, most: int) -> int:
    """A number from 0 to `most` - 1 for any text, the same in every run."""
    return crc32(text.encode("utf-8", "surrogatepass")) % most
