"""Metrics that came by OTLP, from applications or from who scrapes them, as the newest samples of series."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

from phoenix_dev.telemetry.series.frames import LOOKBACK_MS
from phoenix_dev.telemetry.series.newest import NEVER
from phoenix_dev.telemetry.series.writer import KeptExemplar
from phoenix_dev.telemetry.translation.memory import MOST_OF_ONE
from phoenix_dev.telemetry.translation.translator import Translator
from phoenix_dev.watching.identity import give_environment

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping, Sequence

    from phoenix_dev.telemetry.series.newest import Newest, Place
    from phoenix_dev.telemetry.series.past import Past
    from phoenix_dev.telemetry.series.writer import SeriesWriter
    from phoenix_dev.telemetry.translation.translator import Samples

#: Series that may be alive at a time, and characters in their labels.
MOST_SERIES, MOST_CHARACTERS = 20_000, 32_000_000
#: A series without a new sample for so long (ms) is forgotten.
_EXPIRATION_MS = 600_000
#: Of samples of a series that come between two flushes, those this far apart (ms) are all kept, else the last.
_APART_MS = 4_000
#: Between two flushes.
_MOST_EXEMPLARS = 500


@dataclass(slots=True, eq=False)
class _Kept:
    """Series that come together, with the very object that tells which they are, and their number (`_number`).
    `unsaved`: its newest samples came since the last flush, and `first` before which it had none.
    """

    labels: Sequence[Mapping[str, str]]
    number: int
    place: Place
    characters: int = 0
    unsaved: bool = False
    first: bool = False


class PointSeries:
    """Series of metrics. `past` takes what is not newest; `profile` is the environment of whoever names none."""

    def __init__(self, writer: SeriesWriter, newest: Newest, past: Past, profile: str) -> None:
        self._writer = writer
        self._newest = newest
        self._past = past
        self._profile = profile
        self._translator = Translator(MOST_SERIES)
        self._kept: dict[int, _Kept] = {}
        self._by_labels: dict[int, _Kept] = {}
        self._series = 0
        self._characters = 0
        self._exemplars: list[KeptExemplar] = []
        self._refused = 0

    def __len__(self) -> int:
        return self._series

    @property
    def refused(self) -> int:
        """How many points there was no room for."""
        return self._refused + self._translator.left_out

    def add(self, block: bytes, now_ms: int) -> None:
        """The metrics of a block. Raises DecodeError."""
        self.take(MetricsData.FromString(block), now_ms)

    def take(self, metrics: MetricsData, now_ms: int) -> None:
        """The metrics of an export, which is changed. Whose clock is so far ahead that its samples would not be seen
        before its next ones has none: one of them would stand before all that come after it.
        """
        for group in metrics.resource_metrics:
            give_environment(group.resource, self._profile)
        for samples in self._translator.samples(metrics, now_ms + LOOKBACK_MS):
            self._put(samples)

    def put(self, labels: Sequence[Mapping[str, str]], time_ms: int, values: array[float]) -> None:
        """Values of series that are no metrics of anybody. `labels` has to be the same object each time."""
        kept = self._of(labels)
        if kept is not None:
            kept.place.put(time_ms, values)

    def flush(self, now_ms: int) -> list[KeptExemplar]:
        """All that came stands where the next frame takes it from; the traces that stand for it."""
        for kept in self._kept.values():
            kept.unsaved = kept.first = False
        for key in [key for key, kept in self._kept.items() if now_ms - kept.place.time_ms >= _EXPIRATION_MS]:
            kept = self._kept.pop(key)
            self._by_labels.pop(kept.number, None)
            self._series -= kept.place.size
            self._characters -= kept.characters
            self._newest.drop(kept.place)
        exemplars, self._exemplars = self._exemplars, []
        return exemplars

    def _put(self, samples: Samples) -> None:
        kept = self._of(samples.labels)
        if kept is None:
            return
        place = kept.place
        if samples.time_ms > place.time_ms:
            if kept.unsaved and (kept.first or samples.time_ms - place.time_ms >= _APART_MS):
                self._past.add(place.ids, place.time_ms, place.values)
            kept.first, kept.unsaved = place.time_ms == NEVER, True
            place.put(samples.time_ms, samples.values)
        elif samples.time_ms < place.time_ms:
            self._past.add(place.ids, samples.time_ms, samples.values)
        self._remember(samples, kept.place)

    def _of(self, labels: Sequence[Mapping[str, str]]) -> _Kept | None:
        kept = self._kept.get(id(labels)) or self._known_anew(labels)
        if kept is None:
            characters = sum(len(name) + len(text) for one in labels for name, text in one.items())
            too_long = characters > MOST_OF_ONE * len(labels)
            if too_long or self._series + len(labels) > MOST_SERIES or self._characters + characters > MOST_CHARACTERS:
                self._refused += 1
                return None
            place = self._newest.place(self._writer.numbers(labels))
            kept = self._kept[id(labels)] = _Kept(labels, _number(labels), place, characters)
            self._by_labels[kept.number] = kept
            self._series += place.size
            self._characters += characters
        return kept

    def _known_anew(self, labels: Sequence[Mapping[str, str]]) -> _Kept | None:
        """What is kept under labels that are the same, but not the same object: so many came between that they were
        forgotten meanwhile. Whoever has many series takes no place from those that had theirs before.
        """
        kept = self._by_labels.get(_number(labels))
        if kept is None or kept.labels != labels:
            return None
        del self._kept[id(kept.labels)]
        kept.labels = labels
        self._kept[id(labels)] = kept
        return kept

    def _remember(self, samples: Samples, place: Place) -> None:
        for one in samples.exemplars:
            if len(self._exemplars) < _MOST_EXEMPLARS and not isnan(one.value):
                position = next(at for at, labels in enumerate(samples.labels) if labels is one.labels)
                time_ms, trace_id = one.time_ns // 10**6, bytes.fromhex(one.trace_id)
                self._exemplars.append(KeptExemplar(place.ids[position], time_ms, one.value, trace_id))


def _number(labels: Sequence[Mapping[str, str]]) -> int:
    """The same for the same labels, and for few others."""
    return hash((len(labels), frozenset(labels[0].items()), frozenset(labels[-1].items())))
