"""Keeping signals.db small: frames are put together, old ones thinned, what is too old or too much removed.

Frames of five minutes become one row, which takes a fifth of the space and reads ten times as fast. After an hour, of
all frames within 20 s the last is kept: three a minute, since rates are taken in windows of one.
"""

from __future__ import annotations

from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from phoenix_dev.telemetry.database import readable
from phoenix_dev.telemetry.series.frames import DamagedFrame, joined, packed, thinned, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phoenix_dev.telemetry.series.frames import Frames
    from phoenix_dev.telemetry.series.newest import Newest
    from phoenix_dev.telemetry.series.writer import SeriesWriter

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
#: Exemplars that are kept; Prometheus keeps as many as it is told to, whatever their age, too.
_KEPT_EXEMPLARS = 50_000
#: Rows that are removed at once for room.
_AT_ONCE = 200
#: Of the file, free pages that are not given back to the disk.
_KEPT_FREE = 0.25


class _Stage(NamedTuple):
    """Rows of the stage before become one of this for each slot that ended `after_ms` ago; of the moments within
    `step_ms` the last stays, with 0 all.
    """

    number: int
    slot_ms: int
    after_ms: int
    step_ms: int


_STAGES = (_Stage(1, 5 * _MINUTE_MS, 0, 0), _Stage(2, _HOUR_MS, _HOUR_MS, 20_000))


class Upkeep:
    """Of a file, which may take so many bytes and keeps frames for so long (ms). Every method raises NotReady when it
    cannot be written.
    """

    def __init__(self, writer: SeriesWriter, most_bytes: int, age_ms: int) -> None:
        self._writer = writer
        self._db = writer.db
        self._most_bytes = most_bytes
        self._age_ms = age_ms

    def tick(self, now_ms: int) -> None:
        """Put together and remove what has become due."""
        with readable(self._writer.path):
            for stage in _STAGES:
                self._put_together(stage, now_ms)
            with self._transaction():
                self._db.execute("DELETE FROM frame WHERE last < ?", (now_ms - self._age_ms,))
                self._db.execute(
                    "DELETE FROM exemplar WHERE id <= (SELECT max(id) FROM exemplar) - ?", (_KEPT_EXEMPLARS,)
                )
            self._make_room()

    def forget(self, newest: Newest) -> None:
        """Remove the layouts that no frame has, and the series that stand in none."""
        alive = {group.layout for group in newest.groups}
        with readable(self._writer.path), self._transaction():
            used = alive | {layout for (layout,) in self._db.execute("SELECT DISTINCT layout FROM frame")}
            series = {number for group in newest.groups for number in group.ids}
            for layout, ids in self._db.execute("SELECT id, series FROM layout").fetchall():
                if layout in used:
                    series.update(array("I", ids))
                else:
                    self._db.execute("DELETE FROM layout WHERE id = ?", (layout,))
            gone = [(number,) for (number,) in self._db.execute("SELECT id FROM series") if number not in series]
            self._db.executemany("DELETE FROM series WHERE id = ?", gone)
            self._db.executemany("DELETE FROM exemplar WHERE series = ?", gone)

    def _put_together(self, stage: _Stage, now_ms: int) -> None:
        before = (now_ms - stage.after_ms) // stage.slot_ms * stage.slot_ms
        slots = self._db.execute(
            "SELECT DISTINCT layout, last / ? FROM frame WHERE stage = ? AND last < ?",
            (stage.slot_ms, stage.number - 1, before),
        ).fetchall()
        for layout, slot in slots:
            with self._transaction():
                self._one_row(stage, layout, slot * stage.slot_ms)

    def _one_row(self, stage: _Stage, layout: int, since_ms: int) -> None:
        where = "FROM frame WHERE stage = ? AND layout = ? AND last BETWEEN ? AND ?"
        which = (stage.number - 1, layout, since_ms, since_ms + stage.slot_ms - 1)
        rows = self._db.execute(f"SELECT count, data {where} ORDER BY first, id", which).fetchall()
        self._db.execute(f"DELETE {where}", which)
        made = joined(_readable(rows))
        if stage.step_ms:
            made = thinned(made, stage.step_ms)
        if made.times:
            self._db.execute(
                "INSERT INTO frame (layout, stage, first, last, count, data) VALUES (?, ?, ?, ?, ?, ?)",
                (layout, stage.number, min(made.times), max(made.times), len(made.times), packed(made)),
            )

    def _make_room(self) -> None:
        """Remove the oldest until the file takes no more than it may, and give back most of what is free in it."""
        while self._used_bytes() > self._most_bytes:
            with self._transaction():
                gone = self._db.execute(
                    "DELETE FROM frame WHERE id IN (SELECT id FROM frame ORDER BY last LIMIT ?)", (_AT_ONCE,)
                ).rowcount
            if not gone:
                break
        free = self._pragma("freelist_count")
        if free > _KEPT_FREE * self._pragma("page_count"):
            self._db.execute(f"PRAGMA incremental_vacuum({free})").fetchall()

    def _used_bytes(self) -> int:
        return (self._pragma("page_count") - self._pragma("freelist_count")) * self._pragma("page_size")

    def _pragma(self, name: str) -> int:
        (value,) = self._db.execute(f"PRAGMA {name}").fetchone()
        return int(value)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _readable(rows: Iterable[tuple[int, bytes]]) -> Iterator[Frames]:
    """The frames of rows, but for those that are damaged."""
    for count, data in rows:
        try:
            yield unpacked(data, count)
        except DamagedFrame:
            continue
