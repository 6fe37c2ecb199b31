"""What is kept, by service and in bytes, so that retention knows whose oldest has to go.

Three shelves, each of units that are removed as a whole: traces with their logs, blocks of logs that belong to no
trace, blocks of metrics. A shelf is weighed in ranges of row numbers, which are the order of arrival; a range that is
full changes seldom, so its weight is kept until something is removed from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from phoenix_dev.telemetry.retention.remover import ShelfName

#: Units in a range: a tenth of a second to weigh when each is a trace of ten spans.
RANGE = 32_768
#: Ranges whose units are remembered while room is made: some megabytes each.
_LISTED = 4


class Unit(NamedTuple):
    """What is removed as a whole. `service` is the one with most bytes in it, `error` whether a span of it failed.

    `arrived` are the numbers of the last block of spans and the last of logs in it.
    """

    number: int
    service: int
    bytes: int
    error: bool
    arrived: tuple[int, int]


class Shelf(Protocol):
    """Units of one kind, numbered in the order of their arrival."""

    def next(self, db: sqlite3.Connection, number: int) -> int | None:
        """The first unit from a number on."""
        ...

    def units(self, db: sqlite3.Connection, first: int, last: int) -> list[Unit]:
        """The units of a range, oldest first."""
        ...


class TraceShelf:
    """Traces with their logs."""

    def next(self, db: sqlite3.Connection, number: int) -> int | None:
        """See Shelf."""
        return _first(db, "SELECT min(id) FROM trace WHERE id >= ?", number)

    def units(self, db: sqlite3.Connection, first: int, last: int) -> list[Unit]:
        """See Shelf."""
        weights: defaultdict[int, Counter[int]] = defaultdict(Counter)
        arrived: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        for signal, services in enumerate(("services", "service")):
            table = ("span_block", "log_block")[signal]
            rows = db.execute(
                f"SELECT trace, {services}, sum(length(data)), max(id) FROM {table} "  # noqa: S608 - names from above
                "WHERE trace BETWEEN ? AND ? GROUP BY 1, 2",
                (first, last),
            )
            for trace, among, size, last_block in rows:
                known = [among] if signal else [int(number) for number in among.split(",") if number]
                for service in known:
                    weights[trace][service] += size // len(known)
                arrived[trace][signal] = max(arrived[trace][signal], last_block)
        errors = db.execute("SELECT id, error FROM trace WHERE id BETWEEN ? AND ? ORDER BY id", (first, last))
        return [
            Unit(
                trace,
                _heaviest(weights[trace]),
                weights[trace].total(),
                error > 0,
                (arrived[trace][0], arrived[trace][1]),
            )
            for trace, error in errors
        ]


class BlockShelf:
    """Blocks that belong to no trace: of `log_block`, or of `metric_block`."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._where = "trace IS NULL" if table == "log_block" else "true"

    def next(self, db: sqlite3.Connection, number: int) -> int | None:
        """See Shelf."""
        sql = f"SELECT min(id) FROM {self._table} WHERE id >= ? AND {self._where}"  # noqa: S608 - one of two
        return _first(db, sql, number)

    def units(self, db: sqlite3.Connection, first: int, last: int) -> list[Unit]:
        """See Shelf."""
        rows = db.execute(
            f"SELECT id, service, length(data) FROM {self._table} "  # noqa: S608 - one of two
            f"WHERE id BETWEEN ? AND ? AND {self._where} ORDER BY id",
            (first, last),
        )
        return [Unit(number, service, size, False, (0, 0)) for number, service, size in rows]


class Weights:
    """How many bytes each service has on each shelf. Reads with a connection of its own.

    `breathe` is called before each range, while nothing is being read.
    """

    def __init__(self, db: sqlite3.Connection, shelves: dict[ShelfName, Shelf], breathe: Callable[[], None]) -> None:
        self._db = db
        self._shelves = shelves
        self._breathe = breathe
        self._known: dict[tuple[ShelfName, int], Counter[tuple[int, bool]]] = {}
        self._listed: dict[tuple[ShelfName, int], list[Unit]] = {}

    def by_service(self) -> Counter[tuple[ShelfName, int, bool]]:
        """Bytes by shelf, service, and whether they belong to traces with an error."""
        self._listed = {}
        total: Counter[tuple[ShelfName, int, bool]] = Counter()
        known: dict[tuple[ShelfName, int], Counter[tuple[int, bool]]] = {}
        for name in self._shelves:
            ranges = list(self._ranges(name))
            for at in ranges:
                weight = self._known.get((name, at)) or self._weigh(name, at)
                for (service, error), size in weight.items():
                    total[name, service, error] += size
                if at != ranges[-1]:  # which still grows
                    known[name, at] = weight
        self._known = known
        return total

    def oldest(self, shelf: ShelfName, service: int, *, error: bool) -> Iterator[Unit]:
        """The units of one service, oldest first. Ranges that are looked into are weighed anew the next time."""
        for at in list(self._ranges(shelf)):
            weight = self._known.get((shelf, at))
            if weight is None or weight[service, error] or (shelf, at) in self._listed:
                self._known.pop((shelf, at), None)
                yield from (unit for unit in self._list(shelf, at) if unit.service == service and unit.error == error)

    def _ranges(self, shelf: ShelfName) -> Iterator[int]:
        number = self._shelves[shelf].next(self._db, 0)
        while number is not None:
            at = number // RANGE
            yield at
            number = self._shelves[shelf].next(self._db, (at + 1) * RANGE)

    def _weigh(self, shelf: ShelfName, at: int) -> Counter[tuple[int, bool]]:
        weight: Counter[tuple[int, bool]] = Counter()
        for unit in self._units(shelf, at):
            weight[unit.service, unit.error] += unit.bytes
        return weight

    def _list(self, shelf: ShelfName, at: int) -> list[Unit]:
        """The units of a range. The last few ranges are remembered: services are looked through in turn."""
        found = self._listed.get((shelf, at))
        if found is None:
            found = self._listed[shelf, at] = self._units(shelf, at)
            if len(self._listed) > _LISTED:
                del self._listed[next(iter(self._listed))]
        return found

    def _units(self, shelf: ShelfName, at: int) -> list[Unit]:
        self._breathe()
        return self._shelves[shelf].units(self._db, at * RANGE, at * RANGE + RANGE - 1)


def _first(db: sqlite3.Connection, sql: str, number: int) -> int | None:
    found: int | None = db.execute(sql, (number,)).fetchone()[0]
    return found


def _heaviest(weights: Counter[int]) -> int:
    return max(weights, key=lambda service: (weights[service], -service), default=0)
