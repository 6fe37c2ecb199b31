"""Traces to be sampled: the IDs of a seed, a known number of each kind."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    from tests.live.compose.by_hand import ByHand

#: The service that is critical.
CRITICAL = "payments"
#: Traces in an export.
_AT_ONCE = 500


@dataclass(frozen=True)
class Requests:
    """IDs of requests with an error, of those that touch a critical service, and of those that do neither.

    Its services are those of this run alone, but for the critical one.
    """

    failed: frozenset[str]
    critical: frozenset[str]
    other: frozenset[str]
    run: str = field(default_factory=otlp.new_span_id)

    @property
    def entry(self) -> str:
        """The service that takes the requests."""
        return f"shop-{self.run}"

    @property
    def called(self) -> str:
        """The service that each request calls, where errors happen."""
        return f"stock-{self.run}"

    @property
    def always(self) -> frozenset[str]:
        """Those that are kept in any profile."""
        return self.failed | self.critical

    def send(self, stack: ByHand) -> None:
        """Send their spans, the kinds mixed and a critical one last; of each trace the inner spans before the root."""
        ids = sorted(self.always | self.other)
        random.Random(len(ids)).shuffle(ids)
        ids.append(ids.pop(next(place for place, trace_id in enumerate(ids) if trace_id in self.critical)))
        for start in range(0, len(ids), _AT_ONCE):
            for export in self._exports(ids[start : start + _AT_ONCE]):
                stack.send("traces", export)

    def _exports(self, ids: list[str]) -> Iterator[ExportTraceServiceRequest]:
        roots, now = {trace_id: otlp.new_span_id() for trace_id in ids}, time.time_ns()
        yield otlp.traces(
            self.called,
            *(
                otlp.span(one, "look up", parent=roots[one], start=now, error="none" if one in self.failed else None)
                for one in ids
            ),
        )
        yield otlp.traces(
            CRITICAL, *(otlp.span(one, "pay", parent=roots[one], start=now) for one in ids if one in self.critical)
        )
        yield otlp.traces(
            self.entry,
            *(otlp.span(one, "POST /orders", span_id=roots[one], start=now, ms=20, kind=2) for one in ids),
        )


def requests(seed: int, *, failed: int, critical: int, other: int) -> Requests:
    """So many requests of each kind; the same trace IDs for the same seed."""
    rng = random.Random(seed)
    ids = [otlp.new_trace_id(rng) for _ in range(failed + critical + other)]
    of_both = failed + critical
    return Requests(frozenset(ids[:failed]), frozenset(ids[failed:of_both]), frozenset(ids[of_both:]))
