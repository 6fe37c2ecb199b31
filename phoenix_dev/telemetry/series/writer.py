"""The one writer of signals.db. What is given to it between two commits is kept whole or not at all."""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotReady
from phoenix_dev.telemetry.database import readable, suspects
from phoenix_dev.telemetry.series.database import open_writer
from phoenix_dev.telemetry.series.frames import ABSENT, DamagedFrame, Frames, frame, packed, unpacked
from phoenix_dev.telemetry.series.newest import NEVER, Group, Newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.telemetry.series.past import Past


#: The time of the newest frames, among what is known after a restart.
_COMMITTED = "committed"


@dataclass(frozen=True, slots=True)
class KeptExemplar:
    """A measurement of the series of a number, in a trace (16 bytes)."""

    series: int
    time_ms: int
    value: float
    trace_id: bytes


def series_key(labels: Mapping[str, str]) -> int:
    """By what a set of labels is found: 63 bits of a hash. Two of a file meet by chance once in 10^18 divided by those
    kept.
    """
    text = json.dumps(sorted(labels.items()), separators=(",", ":"))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


class SeriesWriter:
    """Writes to a file. Opening it raises NotReady when none can be had, as does whatever cannot be written.

    `begun_anew` says why a file that was there could not be gone on with; empty when all was well. `db` is for upkeep.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db, self.begun_anew = open_writer(path)
        self._file = _file(path)

    def close(self) -> None:
        """What was not committed is not kept."""
        self.db.close()

    def state(self) -> dict[str, str]:
        """What the last commit knew."""
        return dict(self.rows("SELECT name, value FROM state"))

    def rows(self, sql: str) -> list[Any]:
        """Every row of a query."""
        with readable(self.path):
            return self.db.execute(sql).fetchall()

    def run(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        """A statement for each of some rows, to be kept with the next commit."""
        with readable(self.path):
            self._begin()
            self.db.executemany(sql, rows)

    def newest(self) -> tuple[int, Newest]:
        """Every series as the last commit left it, and when that was (ms); 0 where there was none."""
        made = Newest()
        last = int(self.state().get(_COMMITTED, "0"))
        with readable(self.path):
            rows = self.db.execute(
                "SELECT layout, series, count, data FROM frame JOIN layout ON layout.id = layout WHERE last = ? "
                "ORDER BY frame.id",
                (last,),
            ).fetchall()
        for layout, series, count, data in rows:
            ids = array("I", series)
            try:
                found = unpacked(data, count)
            except DamagedFrame:
                continue
            if found.width == len(ids):
                made.restore(_group(layout, ids, found))
        return last, made

    def counters(self) -> Iterator[tuple[str, array[int]]]:
        """What was counted, by its key, with the numbers of its series."""
        with readable(self.path):
            for key, series in self.db.execute("SELECT key, series FROM counter").fetchall():
                yield key, array("I", series)

    def numbers(self, labels: Iterable[Mapping[str, str]]) -> list[int]:
        """The numbers of series by their labels (`__name__` among them), given to those that have none."""
        with readable(self.path):
            self._begin()
            return [self._number(one) for one in labels]

    def count(self, key: str, series: Sequence[int]) -> None:
        """Remember which series something is counted in, by its key."""
        with readable(self.path):
            self._begin()
            self.db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (key, array("I", series).tobytes()))

    def forget_counter(self, key: str) -> None:
        """Nothing is counted under this key any more."""
        with readable(self.path):
            self._begin()
            self.db.execute("DELETE FROM counter WHERE key = ?", (key,))

    def add_frames(self, time_ms: int, groups: Iterable[Group]) -> None:
        """The newest samples of some groups as they stand at a time."""
        with readable(self.path):
            self._begin()
            for group in groups:
                made = frame(time_ms, group.times, group.values)
                if made is not None:
                    self._insert(group, made)

    def add_past(self, past: Past) -> None:
        """Samples that are not the newest of their series."""
        for time_ms, group in past.taken():
            self.add_frames(time_ms, (group,))

    def add_exemplars(self, exemplars: Iterable[KeptExemplar]) -> None:
        """Measurements with their traces."""
        rows = [(one.series, one.time_ms, one.value, one.trace_id) for one in exemplars]
        with readable(self.path):
            self._begin()
            self.db.executemany("INSERT INTO exemplar (series, time, value, trace) VALUES (?, ?, ?, ?)", rows)

    def commit(self, time_ms: int, state: Mapping[str, str]) -> None:
        """Keep everything that was given since the last time, frames up to this one, and with it what must be known
        after a restart.
        """
        self._expect_file()
        with readable(self.path):
            self._begin()
            self._remember({**state, _COMMITTED: str(time_ms)})
            self.db.execute("COMMIT")

    def keep(self, state: Mapping[str, str]) -> None:
        """Keep what was given since the last time, no samples among it, and what else must be known after a restart."""
        with readable(self.path):
            self._begin()
            self._remember(state)
            self.db.execute("COMMIT")

    def _expect_file(self) -> None:
        """Raises NotReady where somebody removed the file, or met damage in it: whoever opens it anew has a sound one,
        and what is written into this one nobody can read.
        """
        if _file(self.path) != self._file:
            raise NotReady(f"{self.path} was removed or replaced", hint="phoenix-dev status")
        if suspects(self.path):
            raise NotReady(f"{self.path} seems to be damaged", hint="phoenix-dev status")

    def _remember(self, state: Mapping[str, str]) -> None:
        self.db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", list(state.items()))

    def _begin(self) -> None:
        if not self.db.in_transaction:
            self.db.execute("BEGIN IMMEDIATE")

    def _number(self, labels: Mapping[str, str]) -> int:
        key = series_key(labels)
        row = self.db.execute("SELECT id FROM series WHERE key = ?", (key,)).fetchone()
        if row is None:
            rest = {name: value for name, value in labels.items() if name != "__name__"}
            row = self.db.execute(
                "INSERT INTO series (key, name, labels) VALUES (?, ?, ?) RETURNING id",
                (key, labels.get("__name__", ""), json.dumps(rest)),
            ).fetchone()
        number: int = row[0]
        return number

    def _insert(self, group: Group, made: Frames) -> None:
        if not group.layout:
            row = self.db.execute("INSERT INTO layout (series) VALUES (?) RETURNING id", (group.ids.tobytes(),))
            (group.layout,) = row.fetchone()
        self.db.execute(
            "INSERT INTO frame (layout, stage, first, last, count, data) VALUES (?, 0, ?, ?, 1, ?)",
            (group.layout, made.times[0], made.times[0], packed(made)),
        )


def _file(path: Path) -> tuple[int, int]:
    """Which file stands at a path (device and inode)."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _group(layout: int, ids: array[int], found: Frames) -> Group:
    last = found.times[-1]
    times = array("q", [NEVER if lag == ABSENT else last - lag for lag in found.lags[-len(ids) :]])
    return Group(layout, 0, ids, times, found.values[-len(ids) :])
