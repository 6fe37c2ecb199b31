"""Reading signals.db as a source of series for expressions of PromQL."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.series import Exemplar
from phoenix_dev.promql.allowance import Allowance
from phoenix_dev.promql.matchers import all_match
from phoenix_dev.promql.source import Stream
from phoenix_dev.telemetry.database import mark_suspect
from phoenix_dev.telemetry.series.database import NothingYet, SeriesConnection
from phoenix_dev.telemetry.series.frames import LOOKBACK_MS, DamagedFrame, joined
from phoenix_dev.telemetry.series.unpacked import UnpackedFrames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.promql.matchers import Matcher
    from phoenix_dev.telemetry.series.frames import Frames

    Labels = Mapping[str, str]

_MS = 10**6
#: Rows of frames whose samples are looked through at once.
_TOGETHER = 64
#: Sets of matchers whose series are remembered.
_KEPT_SELECTIONS = 256


class EmbeddedSeries:
    """Implements `SeriesSource` on the file that is made of a `store`; there are no series while only that is there.

    A sample stands in the frames from its arrival on, so frames are looked through for as long after a time as a sample
    counts.
    """

    def __init__(self, path: Path, store: Path | None = None) -> None:
        self._db = SeriesConnection(path, store)
        self._frames = UnpackedFrames()
        self._layouts: dict[int, dict[int, int]] = {}
        self._selections: dict[tuple[Matcher, ...], dict[int, Labels]] = {}
        self._known: tuple[object, ...] = ()

    def close(self) -> None:
        """The next question opens the file anew."""
        self._db.close()

    def select(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Iterable[Stream]:
        """See `SeriesSource.select`. Raises WrongExpression as soon as it has read more than one evaluation may."""
        allowance = Allowance()
        try:
            wanted = self._series(matchers)
        except NothingYet:
            return []
        found: dict[int, tuple[array[int], array[float]]] = {}
        for layout in self._layouts_of(since_ms, until_ms) if wanted else ():
            places = self._places(layout)
            numbers = wanted.keys() & places.keys()
            for frames in self._frames_of(layout, since_ms, until_ms) if numbers else ():
                for number in numbers:
                    times, values = found.setdefault(number, (array("q"), array("d")))
                    before = len(times)
                    _put_together(times, values, *_cut(*frames.column(places[number]), since_ms, until_ms))
                    allowance.read(len(times) - before)
        return [Stream(wanted[number], *columns) for number, columns in found.items() if columns[0]]

    def exemplars(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Iterable[Exemplar]:
        """See `SeriesSource.exemplars`."""
        try:
            wanted = self._series(matchers)
        except NothingYet:
            return []
        rows: list[Any] = self._db.rows(
            "SELECT series, time, value, trace FROM exemplar "
            "WHERE series IN (SELECT value FROM json_each(?)) AND time BETWEEN ? AND ?",
            (json.dumps(list(wanted)), since_ms, until_ms),
        )
        return [Exemplar(wanted[series], time * _MS, value, trace.hex()) for series, time, value, trace in rows]

    def _series(self, matchers: Sequence[Matcher]) -> dict[int, Labels]:
        """The labels of the series that fulfil all matchers, by their number."""
        (newest,) = self._db.rows("SELECT max(id), count(*) FROM series")
        if self._known[:1] != (self._db.identity,):
            self._layouts.clear()
            self._frames = UnpackedFrames()
        if self._known != (self._db.identity, newest) or len(self._selections) >= _KEPT_SELECTIONS:
            self._selections.clear()
        self._known = (self._db.identity, newest)
        key = tuple(matchers)
        if key not in self._selections:
            self._selections[key] = self._look_up(matchers)
        return self._selections[key]

    def _look_up(self, matchers: Sequence[Matcher]) -> dict[int, Labels]:
        names = [one.value for one in matchers if one.name == "__name__" and one.operator == "="]
        where = " WHERE name = ?" if names else ""
        rows: Any = self._db.stream(f"SELECT id, name, labels FROM series{where}", tuple(names[:1]))  # noqa: S608 - ours
        labels = ((number, {"__name__": name, **json.loads(rest)}) for number, name, rest in rows)
        return {number: one for number, one in labels if all_match(matchers, one)}

    def _layouts_of(self, since_ms: int, until_ms: int) -> list[int]:
        """The layouts of the frames of a time, in the order in which they came to be used."""
        rows: list[Any] = self._db.rows(
            "SELECT layout FROM frame WHERE last >= ? AND first <= ? GROUP BY layout ORDER BY min(first), layout",
            (since_ms, until_ms + LOOKBACK_MS),
        )
        return [layout for (layout,) in rows]

    def _frames_of(self, layout: int, since_ms: int, until_ms: int) -> Iterator[Frames]:
        """The frames of a layout in a time, in its order, some of them together."""
        here = self._frames.those()
        rows: Any = self._db.stream(
            "SELECT id, count, iif(id IN (SELECT value FROM json_each(?)), NULL, data) FROM frame "
            "WHERE layout = ? AND last >= ? AND first <= ? ORDER BY first, id",
            (json.dumps(list(here)), layout, since_ms, until_ms + LOOKBACK_MS),
        )
        waiting: list[Frames] = []
        for number, count, data in rows:
            try:
                waiting.append(here.get(number) or self._frames.add(number, data, count))
            except DamagedFrame:
                mark_suspect(self._db.path)
            if len(waiting) == _TOGETHER:
                yield joined(waiting)
                waiting = []
        if waiting:
            yield joined(waiting)

    def _places(self, layout: int) -> dict[int, int]:
        """Where the series of a layout stand, by their number."""
        if layout not in self._layouts:
            rows: list[Any] = self._db.rows("SELECT series FROM layout WHERE id = ?", (layout,))
            ids = array("I", rows[0][0]) if rows else array("I")
            self._layouts[layout] = {number: position for position, number in enumerate(ids)}
        return self._layouts[layout]


def _put_together(times: array[int], values: array[float], more_times: array[int], more: array[float]) -> None:
    """Put samples to others: behind them as a rule, among them what came late. Those of one time are the same."""
    if times and more_times and more_times[0] <= times[-1]:
        since = bisect_left(times, more_times[0])
        every = dict(zip((*times[since:], *more_times), (*values[since:], *more), strict=True))
        ordered = sorted(every.items())
        times[since:] = array("q", [time for time, _ in ordered])
        values[since:] = array("d", [value for _, value in ordered])
    else:
        times.extend(more_times)
        values.extend(more)


def _cut(times: array[int], values: array[float], since_ms: int, until_ms: int) -> tuple[array[int], array[float]]:
    first, end = bisect_left(times, since_ms), bisect_right(times, until_ms)
    return (times, values) if end - first == len(times) else (times[first:end], values[first:end])
