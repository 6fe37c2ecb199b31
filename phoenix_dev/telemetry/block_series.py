"""Series made of the metrics that are kept, each time they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

from phoenix_dev.promql.matchers import all_match
from phoenix_dev.promql.source import Stream
from phoenix_dev.telemetry import storable
from phoenix_dev.telemetry.translation.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.promql.matchers import Matcher
    from phoenix_dev.telemetry.database import ReadConnection
    from phoenix_dev.telemetry.translation.translator import Samples
    from phoenix_dev.telemetry.unpack import BlockReader

_MS = 10**6


class BlockSeries:
    """Implements `SeriesSource` on telemetry.db: every point counts, and every block of the time is read."""

    def __init__(self, db: ReadConnection, blocks: BlockReader) -> None:
        self._db = db
        self._blocks = blocks

    def select(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> list[Stream]:
        """See `SeriesSource.select`."""
        found: dict[Hashable, tuple[Mapping[str, str], dict[int, float]]] = {}
        chosen: dict[int, list[tuple[int, dict[int, float]]]] = {}
        for samples in self._samples(since_ms, until_ms):
            if since_ms <= samples.time_ms <= until_ms:
                if id(samples.labels) not in chosen:
                    chosen[id(samples.labels)] = [
                        (place, found.setdefault(frozenset(labels.items()), (labels, {}))[1])
                        for place, labels in enumerate(samples.labels)
                        if all_match(matchers, labels)
                    ]
                for place, kept in chosen[id(samples.labels)]:
                    kept.setdefault(samples.time_ms, samples.values[place])
        return [_stream(labels, kept) for labels, kept in found.values()]

    def exemplars(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> list[Exemplar]:
        """See `SeriesSource.exemplars`. Those of points of the time."""
        return [
            one
            for samples in self._samples(since_ms, until_ms)
            for one in samples.exemplars
            if since_ms <= one.time_ns // _MS <= until_ms and all_match(matchers, one.labels)
        ]

    def _samples(self, since_ms: int, until_ms: int) -> Iterator[Samples]:
        rows = self._db.stream(
            "SELECT data FROM metric_block WHERE last >= ? AND first <= ? ORDER BY id",
            (storable.number(since_ms * _MS), storable.number((until_ms + 1) * _MS)),
        )
        # It remembers every label it gives out, so that their identities stay theirs.
        translator = Translator(most=10**9)
        for (data,) in rows:
            yield from translator.samples(MetricsData.FromString(self._blocks.unpacked(data)))


def _stream(labels: Mapping[str, str], kept: Mapping[int, float]) -> Stream:
    times = sorted(kept)
    return Stream(labels, times, [kept[time] for time in times])
