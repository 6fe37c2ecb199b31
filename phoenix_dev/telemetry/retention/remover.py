"""Has the writer remove what was chosen, in small transactions between exports."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Literal

from phoenix_dev.telemetry.retention import removal
from phoenix_dev.telemetry.retention.removal import Removed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from phoenix_dev.telemetry.retention.removal import Reason
    from phoenix_dev.telemetry.writer import Writer

ShelfName = Literal["traces", "logs", "metrics"]
#: Units in a transaction: about ten milliseconds, which is what an export may have to wait.
PIECE = 400
_STATEMENTS: dict[ShelfName, Callable[[sqlite3.Connection, Sequence[int]], Removed]] = {
    "traces": removal.remove_traces,
    "logs": removal.remove_logs,
    "metrics": removal.remove_metrics,
}


class Remover:
    """`stopping` is asked between two transactions: what is chosen then stays until the next start.

    `removed_traces` counts since the start.
    """

    def __init__(self, writer: Writer, stopping: Callable[[], bool]) -> None:
        self._writer = writer
        self._stopping = stopping
        self.removed_traces = 0

    def remove(self, shelf: ShelfName, numbers: Sequence[int], service: int, reason: Reason) -> int:
        """Remove units of a shelf by their numbers; the bytes of their blocks.

        `service` is whom they counted for, 0 for many. Raises what the writer raises (sqlite3.Error, Overloaded).
        """
        size = 0
        for begun in range(0, len(numbers), PIECE):
            if self._stopping():
                break
            piece = numbers[begun : begun + PIECE]
            gone = self._writer.run(partial(_remove, _STATEMENTS[shelf], piece, service, reason)).result()
            self.removed_traces += gone.traces
            size += gone.bytes
        return size


def _remove(
    statements: Callable[[sqlite3.Connection, Sequence[int]], Removed],
    numbers: Sequence[int],
    service: int,
    reason: Reason,
    db: sqlite3.Connection,
) -> Removed:
    gone = statements(db, numbers)
    if gone != Removed():
        removal.note(db, gone, service, reason, time.time_ns())
    return gone
