"""What a store kept of the series that rules read, in memory and on a grid of time, to be evaluated again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from phoenix_dev.model.quoted import quoted
from phoenix_dev.promql.matchers import all_match
from phoenix_dev.promql.nodes import selectors_in
from phoenix_dev.promql.parse import parsed
from phoenix_dev.promql.source import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.promql.matchers import Matcher
    from phoenix_dev.promql.nodes import Selector
    from phoenix_dev.signals.rule import AlertRule
    from phoenix_dev.stores.metrics import MetricStore

_NS = 10**6


class Samples:
    """Implements `SeriesSource` over series, each set of labels once."""

    def __init__(self, streams: Iterable[Stream]) -> None:
        self.streams = tuple(streams)
        self._found: dict[tuple[Matcher, ...], list[Stream]] = {}

    def select(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Iterator[Stream]:
        """See `SeriesSource.select`."""
        key = tuple(matchers)
        if key not in self._found:
            self._found[key] = [one for one in self.streams if all_match(key, one.labels)]
        for one in self._found[key]:
            first, end = bisect_left(one.times_ms, since_ms), bisect_right(one.times_ms, until_ms)
            if first < end:
                yield Stream(one.labels, one.times_ms[first:end], one.values[first:end])

    def exemplars(self, matchers: Sequence[Matcher], since_ms: int, until_ms: int) -> Sequence[Exemplar]:  # noqa: ARG002
        """See `SeriesSource.exemplars`; there are none."""
        return ()

    def on_grid(self, step_ms: int) -> Samples:
        """The same at the nearest multiples of a step; of samples that meet there the last."""
        return Samples(_on_grid(one, step_ms) for one in self.streams)


def read_samples(store: MetricStore, selectors: Iterable[str], since_ms: int, until_ms: int) -> Samples:
    """Every sample of the series that some selectors name, between two times (Unix milliseconds, both included). That
    a series has ended is no sample. Raises NotReady.
    """
    found: dict[tuple[tuple[str, str], ...], Stream] = {}
    for selector in selectors:
        for one in store.query(f"{selector}[{until_ms - since_ms + 1}ms]", until_ms * _NS):
            times = [time // _NS for time, _ in one.samples]
            found[tuple(sorted(one.labels.items()))] = Stream(one.labels, times, [value for _, value in one.samples])
    return Samples(found.values())


def selectors_of(rules: Iterable[AlertRule]) -> list[str]:
    """What some rules read, whatever they make of it."""
    nodes = (selector for rule in rules for selector in selectors_in(parsed(rule.expression)))
    return list(dict.fromkeys(map(_written, nodes)))


def selector_of(labels: Mapping[str, str]) -> str:
    """One series."""
    return _braces(f"{name}={quoted(value)}" for name, value in sorted(labels.items()))


def _written(selector: Selector) -> str:
    return _braces(f"{one.name}{one.operator}{quoted(one.value)}" for one in selector.matchers)


def _braces(matchers: Iterable[str]) -> str:
    return "{" + ", ".join(matchers) + "}"


def _on_grid(stream: Stream, step_ms: int) -> Stream:
    pairs = {round(time / step_ms) * step_ms: value for time, value in zip(stream.times_ms, stream.values, strict=True)}
    return Stream(stream.labels, tuple(pairs), tuple(pairs.values()))
