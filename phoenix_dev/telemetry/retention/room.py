"""Making room: whose oldest has to go."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import TYPE_CHECKING, NamedTuple

from phoenix_dev.telemetry.retention.weighing import BlockShelf, TraceShelf, Weights

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from phoenix_dev.telemetry.retention.remover import Remover, ShelfName
    from phoenix_dev.telemetry.retention.weighing import Shelf, Unit

#: A trace of which nothing arrived for so long is whole (seconds). The next applies where nothing is, in a store that
#: fills in less time than that; the last only when room is urgent.
QUIET_S = (60.0, 10.0, 0.0)
#: Of what is kept, removed from one service before it is asked again who has most.
_STEP = 0.01
_SHELVES: dict[ShelfName, Shelf] = {
    "traces": TraceShelf(),
    "logs": BlockShelf("log_block"),
    "metrics": BlockShelf("metric_block"),
}


class Mark(NamedTuple):
    """The last trace, block of spans and block of logs that had arrived at a moment (time.monotonic)."""

    at: float
    trace: int = 0
    span_block: int = 0
    log_block: int = 0

    def covers(self, unit: Unit) -> bool:
        """Whether all of a unit had arrived."""
        return unit.arrived[0] <= self.span_block and unit.arrived[1] <= self.log_block


class Arrivals:
    """What had arrived when: remembers the last minute."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._marks: deque[Mark] = deque()

    def mark(self) -> None:
        """Note what has arrived by now. To be called every second or so."""
        last = dict(self._db.execute("SELECT name, seq FROM sqlite_sequence"))
        (trace,) = self._db.execute("SELECT max(id) FROM trace").fetchone()
        now = time.monotonic()
        self._marks.append(Mark(now, trace or 0, last.get("span_block", 0), last.get("log_block", 0)))
        while len(self._marks) > 1 and self._marks[1].at <= now - QUIET_S[0]:
            self._marks.popleft()

    def before(self, seconds: float) -> Mark:
        """What had arrived so many seconds ago; nothing when that is not known."""
        until = time.monotonic() - seconds
        known = [mark for mark in self._marks if mark.at <= until]
        return known[-1] if known else Mark(until)


class Room:
    """Chooses what goes when the store is too large. `breathe` is called between two long readings."""

    def __init__(
        self, db: sqlite3.Connection, remover: Remover, arrivals: Arrivals, breathe: Callable[[], None]
    ) -> None:
        self._weights = Weights(db, dict(_SHELVES), breathe)
        self._remover = remover
        self._arrivals = arrivals

    def make(self, share: float, *, urgent: bool) -> None:
        """Remove a share of what is kept (0 to 1).

        While whoever has most has nothing that is whole, nobody with less gives anything instead: the store may grow a
        little until it has. When that is `urgent`, it gives what may not be whole.
        """
        weights = self._weights.by_service()
        wanted = share * weights.total()
        step = max(1, round(_STEP * weights.total()))
        half = weights.total() / 2
        since = [self._arrivals.before(quiet_s) for quiet_s in (QUIET_S if urgent else QUIET_S[:-1])]
        units = {chosen: self._whole(chosen, since) for chosen in weights}
        while wanted > 0 and (chosen := _largest(weights, half)):
            shelf, service, _ = chosen
            numbers = list(_until(units[chosen], min(step, round(wanted) + 1)))
            freed = self._remover.remove(shelf, numbers, service, "size")
            wanted -= freed
            weights[chosen] -= freed
            if not freed and not urgent:
                return
            if not freed:
                del weights[chosen]

    def _whole(self, which: tuple[ShelfName, int, bool], since: Iterable[Mark]) -> Iterator[Unit]:
        """The oldest of a service of which nothing has arrived since the first mark; then of the next."""
        shelf, service, error = which
        given: set[int] = set()
        for mark in since:
            for unit in self._weights.oldest(shelf, service, error=error):
                if shelf == "traces" and unit.number > mark.trace:
                    break
                if mark.covers(unit) and unit.number not in given:
                    given.add(unit.number)
                    yield unit


def _until(units: Iterator[Unit], wanted: int) -> Iterator[int]:
    while wanted > 0 and (unit := next(units, None)):
        wanted -= unit.bytes
        yield unit.number


def _largest(weights: Counter[tuple[ShelfName, int, bool]], half: float) -> tuple[ShelfName, int, bool] | None:
    """Of the service that has most, its heaviest shelf; errors when nothing else is left, or they take over half."""
    left = [one for one, size in weights.items() if size > 0]
    errors = sum(weights[one] for one in left if one[2])
    wanted = errors > half or all(error for _, _, error in left)
    candidates = [one for one in left if one[2] == wanted]
    of_service: Counter[int] = Counter()
    for one in candidates:
        of_service[one[1]] += weights[one]
    return max(candidates, key=lambda one: (of_service[one[1]], -one[1], weights[one]), default=None)
