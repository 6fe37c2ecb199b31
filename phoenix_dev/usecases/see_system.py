"""The services with their figures and their calls, from the newest traces of a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.model.load import nearest_rank
from phoenix_dev.model.system import Call, Latency, ServiceFigures, System
from phoenix_dev.model.timeline.parentage import NONE, parents_of
from phoenix_dev.stores.traces import TraceQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.span import Span
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.traces import TracePage

#: So many traces are read at most, and no further batch of them once there are so many spans.
MOST_TRACES = 400
MOST_SPANS = 40_000
_BATCH = 50
BUCKETS = 30


def see_system(stores: Stores, since_ns: int, now_ns: int) -> System:
    """The system as the newest traces since then show it; services that only logged or measured are there too.

    What came into a service are its server and consumer spans; of one without any, those of its spans whose parent is
    none of its own.
    """
    page = _newest(stores, since_ns)
    gathered = _Gathered()
    read, spans = 0, 0
    while read < len(page.traces) and spans < MOST_SPANS:
        batch = [summary.trace_id for summary in page.traces[read : read + _BATCH]]
        for found in stores.traces.spans(batch).values():
            gathered.add(found)
            spans += len(found)
        read += len(batch)
    truncated = page.truncated or read < len(page.traces)
    starts = [summary.start_ns for summary in page.traces[:read]]
    first = min(starts, default=since_ns) if truncated or not since_ns else since_ns
    until = max(now_ns, first + 1)
    services = _services(gathered, stores, since_ns, (first, until))
    calls = tuple(
        Call(*pair, len(ends), gathered.failed[pair], latency_of(ends)) for pair, ends in sorted(gathered.calls.items())
    )
    return System(services, calls, min(read, len(page.traces)), first, until, truncated)


def _newest(stores: Stores, since_ns: int) -> TracePage:
    """The newest traces; a search reads what it finds, so a system of large traces is judged by fewer of them."""
    few = stores.traces.search(TraceQuery(since_ns=since_ns, limit=_BATCH))
    spans = sum(summary.span_count for summary in few.traces)
    if not few.truncated or spans * MOST_TRACES > MOST_SPANS * _BATCH * 2:
        return few
    return stores.traces.search(TraceQuery(since_ns=since_ns, limit=MOST_TRACES))


@dataclass(slots=True)
class _Gathered:
    entries: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    tops: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[tuple[str, str], list[Span]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, spans: Sequence[Span]) -> None:
        parents, _ = parents_of(spans)
        for position, span in enumerate(spans):
            caller = spans[parents[position]] if parents[position] != NONE else None
            if span.kind in ("server", "consumer"):
                self.entries[span.service].append(span)
            if caller is None or caller.service != span.service:
                self.tops[span.service].append(span)
            if caller is not None and caller.service != span.service:
                pair = (caller.service, span.service)
                self.calls[pair].append(span)
                # A caller that gave up waiting knows of a failure that the callee does not.
                self.failed[pair] += span.status == "error" or (caller.kind == "client" and caller.status == "error")


def _services(
    gathered: _Gathered, stores: Stores, since_ns: int, window: tuple[int, int]
) -> tuple[ServiceFigures, ...]:
    arrived = {one.service: one for one in stores.services.activity(since_ns)}
    found = []
    for name in sorted({*gathered.tops, *arrived}):
        entries = gathered.entries.get(name) or gathered.tops.get(name, [])
        buckets, failures = _buckets(entries, window)
        counts = arrived.get(name)
        figures = ServiceFigures(
            service=name,
            requests=len(entries),
            errors=sum(span.status == "error" for span in entries),
            latency=latency_of(entries) if entries else None,
            buckets=buckets,
            failures=failures,
            spans=counts.spans if counts else 0,
            logs=counts.logs if counts else 0,
            points=counts.points if counts else 0,
            last_ns=counts.last_ns if counts else 0,
        )
        found.append(figures)
    return tuple(found)


def latency_of(spans: Sequence[Span]) -> Latency:
    """The percentiles of the durations of spans, of which there is at least one."""
    durations = sorted(span.duration_ns for span in spans)
    p50, p95, p99 = (nearest_rank(durations, share) for share in (0.5, 0.95, 0.99))
    return Latency(p50, p95, p99)


def _buckets(spans: Sequence[Span], window: tuple[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    first, until = window
    every, failed = [0] * BUCKETS, [0] * BUCKETS
    for span in spans:
        bucket = min(BUCKETS - 1, max(0, (span.start_ns - first) * BUCKETS // (until - first)))
        every[bucket] += 1
        failed[bucket] += span.status == "error"
    return tuple(every), tuple(failed)
