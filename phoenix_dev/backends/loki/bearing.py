"""Records that bear an ID, window by window back in time. A text may be several kinds of ID, which are tried one after
the other: what was read for one kind is not read anew for the next.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.backends.loki import query
from phoenix_dev.backends.loki.records import record_of
from phoenix_dev.backends.windows import backwards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoenix_dev.backends.loki.client import LokiClient
    from phoenix_dev.backends.windows import Window
    from phoenix_dev.model.log import LogRecord

#: The next kind of ID is looked for right after the last (seconds).
_JUST_NOW = 0.25


class Bearing:
    """What was read last, for one value, as far back as somebody wanted to know. `reach`: how long logs are kept
    (nanoseconds).
    """

    def __init__(self, loki: LokiClient, reach: int) -> None:
        self._loki = loki
        self._reach = reach
        self._spelled: tuple[str, ...] = ()
        self._at = 0.0
        self._read: list[list[LogRecord]] = []
        self._further: Iterator[Window] = iter(())

    def first(self, value: str, wanted: Callable[[LogRecord], bool]) -> list[LogRecord]:
        """What bears a value as any kind of ID, in the newest window in which some record is wanted."""
        for records in self._windows(value):
            if any(map(wanted, records)):
                return records
        return []

    def _windows(self, value: str) -> Iterator[list[LogRecord]]:
        spelled = query.spellings(value)
        if spelled != self._spelled or time.monotonic() - self._at > _JUST_NOW:
            self._spelled, self._read, self._further = spelled, [], backwards(self._reach)
        yield from self._read
        wanted = query.bearing(value)
        for window in self._further:
            records = [record_of(entry) for entry in self._loki.oldest_first(wanted, window)]
            self._read.append(records)
            self._at = time.monotonic()
            yield records
        self._at = time.monotonic()
