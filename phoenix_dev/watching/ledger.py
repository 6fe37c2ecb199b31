"""Counters whose series are kept: they go on after a restart where the last commit left them.

What is counted is known by a key; its series, by the labels that they got when it was first counted.
"""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.series.newest import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phoenix_dev.telemetry.series.newest import Newest, Place
    from phoenix_dev.telemetry.series.past import Past
    from phoenix_dev.telemetry.series.writer import SeriesWriter

#: A key: texts, of which the first says what kind of counter it is of.
Key = tuple[str, ...]


class Ledger:
    """The counters of a file. With `anew` those of it are forgotten: what was counted so long ago is no beginning.
    `past` takes the zeros that counters begin with.
    """

    def __init__(self, writer: SeriesWriter, newest: Newest, past: Past, *, anew: bool) -> None:
        self._writer = writer
        self._newest = newest
        self._past = past
        self._kept: dict[Key, list[int]] = {}
        for text, series in writer.counters():
            if anew:
                writer.forget_counter(text)
            else:
                self._kept[tuple(json.loads(text))] = list(series)

    def kept(self, kind: str) -> Iterator[tuple[Key, Place]]:
        """What of a kind was counted before the restart; its place holds how much."""
        for key, series in [(key, series) for key, series in self._kept.items() if key[0] == kind]:
            place = self._newest.place(series)
            del self._kept[key]
            if place.time_ms == NEVER:  # its last frame cannot be read
                self.close(key, place)
            else:
                yield key, place

    def open(self, key: Key, labels: Sequence[Mapping[str, str]], since_ms: int) -> Place:
        """Begin to count, with zero at a time before the first count."""
        series = self._writer.numbers(labels)
        place = self._newest.place(series)
        self._past.add(array("I", series), since_ms, array("d", [0.0]) * len(series))
        self._writer.count(json.dumps(key), series)
        return place

    def close(self, key: Key, place: Place) -> None:
        """End to count: the series end."""
        self._newest.drop(place)
        self._writer.forget_counter(json.dumps(key))
