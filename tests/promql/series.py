"""Series made up from a seed: gauges, counters that fall, histograms, series with gaps and ends."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from phoenix_dev.promql.matchers import all_match
from phoenix_dev.promql.source import STALE, Stream, is_stale
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.promql.matchers import Matcher

#: How long the story of the series is.
LENGTH_MS = 30 * 60_000
_BOUNDS = ("0.1", "0.5", "2.5", "10", "+Inf")


class Kept:
    """Implements `SeriesSource` in memory."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        self.streams = streams

    def select(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Iterator[Stream]:
        for one in self.streams:
            if all_match(matchers, one.labels):
                first, end = bisect_left(one.times_ms, since_ms), bisect_right(one.times_ms, until_ms)
                if first < end:
                    yield Stream(one.labels, one.times_ms[first:end], one.values[first:end])

    def exemplars(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Sequence[Exemplar]:
        return ()


def made_up(seed: int, begin_ms: int, mark: str) -> Kept:
    """Some sixty series of half an hour, whose names end in a mark."""
    dice = random.Random(seed)
    streams = []
    for a in ("1", "2", "3"):
        for b in ("x", "y"):
            labels = {"a": a, "b": b}
            for name in ("c_total", "d_total"):
                streams.append(_stream(dice, begin_ms, {"__name__": f"{name}_{mark}", **labels}, _counts(dice)))
            for name in ("g", "f"):
                streams.append(_stream(dice, begin_ms, {"__name__": f"{name}_{mark}", **labels}, _levels(dice)))
            streams += _histogram(dice, begin_ms, {"__name__": f"h_bucket_{mark}", **labels})
        info = {"__name__": f"info_{mark}", "a": a, "version": f"v{dice.randrange(2)}"}
        streams.append(_stream(dice, begin_ms, info, iter(lambda: 1.0, None)))
    return Kept(streams)


def _stream(dice: random.Random, begin_ms: int, labels: dict[str, str], values: Iterator[float]) -> Stream:
    """Samples every so many seconds, not quite evenly, with gaps of some minutes, and ends."""
    apart = dice.choice((5000, 15000, 15000, 30000))
    times, kept = [], []
    time = begin_ms + dice.randrange(apart)
    while time < begin_ms + LENGTH_MS:
        ends = dice.random() < 0.01
        times.append(time)
        kept.append(STALE if ends else next(values))
        time += dice.randrange(60_000, 500_000) if ends or dice.random() < 0.01 else apart
        time += dice.randrange(-apart // 8, apart // 8) if dice.random() < 0.3 else 0
    return Stream(labels, times, kept)


def _counts(dice: random.Random) -> Iterator[float]:
    value = dice.choice((0.0, dice.random() * 1000))
    while True:
        yield value
        value = 0.0 if dice.random() < 0.03 else value + dice.choice((0.0, 1.0, dice.random() * 20))


def _levels(dice: random.Random) -> Iterator[float]:
    scale = dice.choice((1.0, 1e-9, 1e9))
    while True:
        odd = dice.choice((math.nan, math.inf, -math.inf, 0.0, 1e300))
        yield odd if dice.random() < 0.03 else dice.gauss(0, 1) * scale


def _histogram(dice: random.Random, begin_ms: int, labels: dict[str, str]) -> Iterator[Stream]:
    steps = [
        (begin_ms + at, [dice.random() * dice.choice((0, 1, 5)) for _ in _BOUNDS]) for at in range(0, LENGTH_MS, 15000)
    ]
    counts = [0.0] * len(_BOUNDS)
    columns: list[list[float]] = [[] for _ in _BOUNDS]
    for _, grown in steps:
        for place, more in enumerate(grown):
            counts[place] += more
            columns[place].append(sum(counts[: place + 1]) * (1 - 1e-3 * (dice.random() < 0.02)))
    for bound, column in zip(_BOUNDS, columns, strict=True):
        yield Stream({**labels, "le": bound}, [at for at, _ in steps], column)


def exports(kept: Kept) -> Iterator[ExportMetricsServiceRequest]:
    """The same as OTLP, of which Prometheus makes the same names: gauges without a unit, of nobody."""
    for stream in kept.streams:
        export = ExportMetricsServiceRequest()
        metric = export.resource_metrics.add().scope_metrics.add().metrics.add(name=stream.labels["__name__"])
        attributes = otlp.pairs({name: value for name, value in stream.labels.items() if name != "__name__"})
        for time, value in zip(stream.times_ms, stream.values, strict=True):
            point = metric.gauge.data_points.add(time_unix_nano=time * otlp.MS, attributes=attributes)
            point.as_double = value
            point.flags = int(is_stale(value))
        yield export
