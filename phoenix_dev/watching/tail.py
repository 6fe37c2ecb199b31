"""What has arrived in telemetry.db since the last look, each block once: by row number, which is never given twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from phoenix_dev.errors import NotReady, PhoenixDevError
from phoenix_dev.telemetry.database import ReadConnection
from phoenix_dev.telemetry.unpack import BlockReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

Signal = Literal["span", "log", "metric"]
SIGNALS: tuple[Signal, ...] = ("span", "log", "metric")

#: Rows that are read at once: a reader that takes long keeps the write-ahead log from being folded in.
_AT_ONCE = 200
#: A store that was begun no longer ago than this (seconds) has nothing in it that came before this process.
_FRESH_S = 60


class Tail:
    """Of a store. `positions` is what was read when this process ended last, by signal, and the `store` that it was
    read from; empty for the first time. `say` is told what could not be read.
    """

    def __init__(self, path: Path, positions: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._db = ReadConnection(path, mapped=False)
        self._blocks = BlockReader(self._db)
        self._say = say
        self._store = positions.get("store", "")
        self._read = {signal: int(positions.get(signal, "0")) for signal in SIGNALS}
        self._trouble = ""
        #: Blocks that have arrived and were not read yet.
        self.behind = 0

    @property
    def positions(self) -> dict[str, str]:
        """How far has been read."""
        return {"store": self._store, **{signal: str(number) for signal, number in self._read.items()}}

    def turn(self, budget_s: float) -> Iterator[tuple[Signal, bytes]]:
        """Every block that has arrived, as OTLP protobuf, for about so long at most. A file that is not there, or
        cannot be read now, has nothing; that is told once.
        """
        end = time.monotonic() + budget_s
        try:
            newest = self._newest()
            for signal in SIGNALS:
                while self._read[signal] < newest[signal] and time.monotonic() < end:
                    yield from self._some(signal, newest[signal])
            self.behind = sum(newest[signal] - self._read[signal] for signal in SIGNALS)
            self._well()
        except NotReady as error:
            self._tell(error.message)

    def _some(self, signal: Signal, newest: int) -> Iterator[tuple[Signal, bytes]]:
        rows: list[Any] = self._db.rows(
            f"SELECT id, data FROM {signal}_block WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",  # noqa: S608 - a signal
            (self._read[signal], newest, _AT_ONCE),
        )
        last = rows[-1][0] if len(rows) == _AT_ONCE else newest
        if missing := last - self._read[signal] - len(rows):
            self._say(f"{missing:,} {signal} blocks were removed from the store before they were counted")
        for number, data in rows:
            self._read[signal] = number
            try:
                yield signal, self._blocks.unpacked(data)
            except PhoenixDevError as error:
                self._say(error.message)
        self._read[signal] = last

    def _newest(self) -> dict[Signal, int]:
        """The number of the newest block of each signal."""
        rows: list[Any] = self._db.rows(
            "SELECT store.id, store.created, name, seq FROM store LEFT JOIN sqlite_sequence ON true"
        )
        store, created = rows[0][:2]
        numbers = {name: number for _, _, name, number in rows}
        newest: dict[Signal, int] = {signal: numbers.get(f"{signal}_block", 0) for signal in SIGNALS}
        if store != self._store:
            self._begin(store, newest if not self._store and time.time() - created > _FRESH_S else {})
        for signal in SIGNALS:  # the file of a backup has less in it
            self._read[signal] = min(self._read[signal], newest[signal])
        return newest

    def _begin(self, store: str, read: Mapping[Signal, int]) -> None:
        """Read another store: all of it, but what was there long before anybody watched."""
        if self._store:
            self._say("the store was begun anew; counting goes on with what is in it")
        elif any(read.values()):
            self._say("what was in the store before is not counted")
        self._store = store
        self._read = {signal: read.get(signal, 0) for signal in SIGNALS}

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._say(trouble)
        self._trouble = trouble

    def _well(self) -> None:
        self._trouble = ""
