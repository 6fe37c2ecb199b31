"""Span metrics: how many spans there were and how long they took, by service, name, kind, status and what of the
request is named below.

Names, labels, buckets, how services are told apart and when a counter ends are those of the collector's connector
`spanmetrics` with the settings of compose/otelcol/config.yaml. One thing differs: what is counted first is seen with
the same flush here, not with the next.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.otlp import value_of
from phoenix_dev.signals.names import DURATION_BOUNDS_S
from phoenix_dev.telemetry.series.writer import KeptExemplar
from phoenix_dev.watching.identity import is_current
from phoenix_dev.watching.span_series import DIMENSIONS, FIRST_BUCKET, span_series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    from phoenix_dev.telemetry.series.newest import Place
    from phoenix_dev.watching.identity import Identities, Identity
    from phoenix_dev.watching.ledger import Key, Ledger

KIND = "span"
#: A service that has sent no span for so long (ms) is not counted any more.
EXPIRATION_MS = 600_000
#: What is counted apart at most; what more a service sends is counted together.
MOST_COUNTERS = 5_000
#: Of a name and of the value of an attribute, and in all.
MOST_CHARACTERS, MOST_CHARACTERS_IN_ALL = 1_024, 2_000_000
#: Of a counter, and in all, between two flushes.
_MOST_EXEMPLARS, _MOST_EXEMPLARS_IN_ALL = 3, 500
_POSITIONS = {name: position for position, name in enumerate(DIMENSIONS)}
_KINDS = tuple(f"SPAN_KIND_{kind}" for kind in ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))
_STATUSES = tuple(f"STATUS_CODE_{status}" for status in ("UNSET", "OK", "ERROR"))


@dataclass(slots=True, eq=False)
class _Counter:
    """`counts` by bucket, those above all bounds last. Without a `place` it has no series yet."""

    key: Key
    identity: Identity | None
    counts: list[int] = field(default_factory=lambda: [0] * (len(DURATION_BOUNDS_S) + 1))
    seconds: float = 0.0
    place: Place | None = None
    exemplars: list[tuple[float, bytes]] = field(default_factory=list)

    def values(self) -> array[float]:
        """In the order of its series: calls, sum, count, buckets."""
        below = list(accumulate(self.counts))
        return array("d", [below[-1], self.seconds, below[-1], *below])


class SpanMetrics:
    """Counts spans; `identities` tells services apart."""

    def __init__(self, ledger: Ledger, identities: Identities, now_ms: int) -> None:
        self._ledger = ledger
        self._identities = identities
        self._counters: dict[Key, _Counter] = {}
        self._changed: dict[Key, _Counter] = {}
        self._exemplars = self._characters = 0
        self._last_seen: dict[str, int] = {}
        self._services: dict[str, Identity] = {}
        for key, place in ledger.kept(KIND):
            if not is_current(key[1]):
                ledger.close(key, place)
                continue
            self._counters[key] = _restored(key, place)
            self._characters += sum(map(len, key))
            self._last_seen[key[1]] = now_ms

    def __len__(self) -> int:
        return len(self._counters)

    def add(self, block: bytes, now_ms: int) -> None:
        """Count the spans of a block. Raises DecodeError."""
        for group in TracesData.FromString(block).resource_spans:
            identity = self._identities.of(group.resource)
            if identity is not None:
                self._last_seen[identity.key] = now_ms
                self._services[identity.key] = identity
                for scoped in group.scope_spans:
                    for span in scoped.spans:
                        self._count(span, identity)

    def flush(self, since_ms: int, now_ms: int) -> Iterator[KeptExemplar]:
        """Put what was counted where the next frame takes it from; the traces that stand for it. What was counted first
        since the last flush, which was at `since_ms`, began then.
        """
        self._expire(now_ms)
        for key, counter in self._counters.items():
            if counter.place is None:
                counter.place = self._begin(counter, since_ms)
            if key in self._changed:
                counter.place.put(now_ms, counter.values())
            else:
                counter.place.touch(now_ms)
        for counter in self._changed.values():
            yield from _exemplars(counter, now_ms)
            counter.exemplars = []
        self._changed = {}
        self._exemplars = 0

    def targets(self) -> Iterator[Sequence[Mapping[str, str]]]:
        """The labels of `target_info` of each service that is counted."""
        return (one.target for one in self._services.values() if one.target)

    def _begin(self, counter: _Counter, since_ms: int) -> Place:
        assert counter.identity is not None, "only what was restored has none, and that has a place"
        return self._ledger.open(counter.key, span_series(counter.identity, counter.key[2:]), since_ms)

    def _count(self, span: Span, identity: Identity) -> None:
        dimensions = ["", "", "", ""]
        for pair in span.attributes:
            position = _POSITIONS.get(pair.key)
            if position is not None:
                value = pair.value
                dimensions[position] = value.string_value or str(value.int_value or text_of(value_of(value)))
        counter = self._counter(span, identity, dimensions)
        seconds = max(span.end_time_unix_nano - span.start_time_unix_nano, 0) / 1e9
        counter.counts[bisect_left(DURATION_BOUNDS_S, seconds)] += 1
        counter.seconds += seconds
        if len(counter.exemplars) < _MOST_EXEMPLARS and self._exemplars < _MOST_EXEMPLARS_IN_ALL:
            counter.exemplars.append((seconds, span.trace_id))
            self._exemplars += 1
        self._changed[counter.key] = counter

    def _counter(self, span: Span, identity: Identity, dimensions: list[str]) -> _Counter:
        kind, status = span.kind, span.status.code
        key = (
            KIND,
            identity.key,
            span.name,
            _KINDS[kind] if 0 <= kind < len(_KINDS) else _KINDS[0],
            _STATUSES[status] if 0 <= status < len(_STATUSES) else _STATUSES[0],
            *dimensions,
        )
        found = self._counters.get(key)
        if found is None:
            key = self._bounded(key, identity)
            found = self._counters.get(key)
        if found is None:
            found = self._counters[key] = _Counter(key, identity)
            self._characters += sum(map(len, key))
        elif found.identity is None:
            found.identity = identity
        return found

    def _bounded(self, key: Key, identity: Identity) -> Key:
        """The key of a counter that is not there under this one."""
        full = len(self._counters) >= MOST_COUNTERS or self._characters >= MOST_CHARACTERS_IN_ALL
        if identity.others or full:
            return (KIND, identity.key)
        own = [text or identity.attributes.get(name, "") for name, text in zip(DIMENSIONS, key[5:], strict=True)]
        return (*key[:2], *(text[:MOST_CHARACTERS] for text in (*key[2:5], *own)))

    def _expire(self, now_ms: int) -> None:
        gone = {key for key, seen in self._last_seen.items() if now_ms - seen >= EXPIRATION_MS}
        for key in [key for key in self._counters if key[1] in gone] if gone else ():
            counter = self._counters.pop(key)
            self._characters -= sum(map(len, key))
            if counter.place is not None:
                self._ledger.close(key, counter.place)
        for identity in gone:
            self._identities.forget(identity)
            self._services.pop(identity, None)
            del self._last_seen[identity]


def _restored(key: Key, place: Place) -> _Counter:
    _, seconds, _, *below = place.values
    counts = [int(high - low) for low, high in zip([0.0, *below], below, strict=False)]
    return _Counter(key, None, counts, seconds, place)


def _exemplars(counter: _Counter, now_ms: int) -> Iterator[KeptExemplar]:
    assert counter.place is not None
    ids = counter.place.ids
    for seconds, trace_id in counter.exemplars:
        yield KeptExemplar(ids[FIRST_BUCKET + bisect_left(DURATION_BOUNDS_S, seconds)], now_ms, seconds, trace_id)
