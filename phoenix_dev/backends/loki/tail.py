"""Following Loki, which has no cursor: what is new is what was not seen in a stretch that is read again and again."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.backends.loki.query import EVERYTHING
from phoenix_dev.backends.windows import AHEAD, MINUTE
from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from phoenix_dev.backends.loki.client import Entry, LokiClient

#: A line that comes so much later than the time it bears is still seen.
OVERLAP = MINUTE
#: After an interruption senders and queues bring what they kept; for so long it is read back to where it began.
CATCHING_UP = 5 * MINUTE
#: Of the time that passes, at most this part is spent on reading the whole stretch.
_SHARE = 0.25
#: What comes at once is read in between, in a stretch this short.
_AT_ONCE = 5 * 10**9


@dataclass
class Tail:
    """What was seen of the stretch that is read again, shared by all cursors of one store.

    Each line bears the number of the reading that first saw it; a cursor is such a number, so asking twice with one
    cursor answers the same and more.
    """

    loki: LokiClient
    clock: Callable[[], int] = time.time_ns
    identity: str = field(default_factory=lambda: secrets.token_hex(4))
    _seen: dict[int, tuple[int, int]] = field(default_factory=dict)
    _reading: int = 0
    _reached: int = 0
    _behind: int | None = None
    _caught_up: int = 0
    _whole_again: float = 0.0

    def begin(self) -> str:
        """A cursor after everything that is there now."""
        self._read(whole=True)
        return self._cursor(self._reading)

    def note(self, cursor: str, shown: Iterable[Entry]) -> None:
        """What came while the page was read and stands on it counts as before its cursor."""
        _, _, number = cursor.partition(":")
        for entry in shown:
            self._seen.setdefault(entry.key(), (int(number), entry.time_ns))

    def after(self, cursor: str) -> tuple[list[Entry], str]:
        """What was not seen before the cursor, by time; and the next cursor."""
        identity, _, number = cursor.partition(":")
        if identity != self.identity or not number.isdigit():
            return [], self.begin()
        # One that asks again with an older cursor is owed what was seen since, wherever in the stretch that is.
        entries = self._read(whole=int(number) != self._reading or time.monotonic() >= self._whole_again)
        fresh = [entry for entry in entries if self._seen[entry.key()][0] > int(number)]
        return fresh, self._cursor(self._reading)

    def _cursor(self, number: int) -> str:
        return f"{self.identity}:{number}"

    def _read(self, *, whole: bool) -> list[Entry]:
        now, begun = self.clock(), time.monotonic()
        first = self._first(now) if whole else now - _AT_ONCE
        try:
            entries = list(self.loki.oldest_first(EVERYTHING, (first, now + AHEAD)))
        except NotReady:
            self._interrupted()
            raise
        self._reading += 1
        for entry in entries:
            self._seen.setdefault(entry.key(), (self._reading, entry.time_ns))
        if whole:
            self._reached = now
            self._forget(first)
            took = time.monotonic() - begun
            self._whole_again = time.monotonic() + took * (1 / _SHARE - 1)
        if self._behind is not None and not self._caught_up:
            self._caught_up = now + CATCHING_UP
        return entries

    def _first(self, now: int) -> int:
        if self._behind is not None and self._caught_up and now > self._caught_up:
            self._behind, self._caught_up = None, 0
        reached = self._reached or now
        return min(reached, now, self._behind if self._behind is not None else now) - OVERLAP

    def _interrupted(self) -> None:
        if self._reached:
            self._behind = self._reached if self._behind is None else min(self._behind, self._reached)
            self._caught_up = 0
            self._whole_again = 0.0

    def _forget(self, first: int) -> None:
        self._seen = {key: seen for key, seen in self._seen.items() if seen[1] >= first}
