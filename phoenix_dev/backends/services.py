"""The ServiceStore: spans and points from Prometheus (span metrics of the collector), logs from Loki."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.backends.kept import named
from phoenix_dev.backends.loki.query import EVERYTHING
from phoenix_dev.backends.parallel import each
from phoenix_dev.backends.prometheus.dropped import SELECTOR, refusals_of
from phoenix_dev.backends.quoting import promql_text
from phoenix_dev.backends.windows import MINUTE, clamped
from phoenix_dev.model.service import ServiceActivity
from phoenix_dev.signals.names import CALLS
from phoenix_dev.stores.services import ServiceCapabilities

if TYPE_CHECKING:
    from phoenix_dev.backends.loki.client import LokiClient
    from phoenix_dev.backends.prometheus.client import PrometheusClient
    from phoenix_dev.backends.windows import Window
    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.model.series import Series
    from phoenix_dev.model.stack import Removal

_CALLS = f'{CALLS}{{service_name!=""}}'
_ERROR = "STATUS_CODE_ERROR"
#: One sample a point: those of gauges and sums, and of a histogram its count.
_POINTS = '{service_name!="",__name__!~"traces_span_metrics_.+|target_info|.+_bucket|.+_sum"}'
#: Names are counted one by one, for counting drops the name and what is then the same is refused; so many a query.
_NAMES_AT_ONCE = 100
_MOST_STEPS = 1000
_STEP = 60
#: Prometheus asks each part every 15 s, so these (nanoseconds) are some samples of each series.
_RECENT = 75 * 10**9


@dataclass(slots=True)
class _Counts:
    spans: float = 0
    error_spans: float = 0
    logs: float = 0
    points: float = 0
    last_ns: int = 0


class RemoteServiceStore:
    """Implements `ServiceStore`. `oldest_ns` is not known.

    Spans are counted by the collector, which tells Prometheus every few seconds: what just arrived may still be
    missing. Logs and points count by the time they bear.
    """

    capabilities = ServiceCapabilities(drops=True)

    def __init__(self, prometheus: PrometheusClient, loki: LokiClient) -> None:
        self._prometheus = prometheus
        self._loki = loki

    def activity(self, since_ns: int) -> tuple[ServiceActivity, ...]:
        """See `ServiceStore.activity`. Looks no further back than 30 days."""
        now = time.time_ns()
        within = clamped(since_ns // MINUTE * MINUTE, now, now)
        if within is None:
            return ()
        seconds = -(-(now - within[0]) // 10**9)
        step = _STEP * max(1, -(-seconds // (_STEP * _MOST_STEPS)))
        # Ends now, so that the last step is whole.
        window = now - -(-seconds // step) * step * 10**9, now
        counts: defaultdict[str, _Counts] = defaultdict(_Counts)
        each(lambda read: read(counts, window, step), [self._spans, self._points, self._logs])
        return tuple(
            # Loki's steps are whole minutes, the last of them not over yet.
            ServiceActivity(
                name, round(c.spans), round(c.error_spans), round(c.logs), round(c.points), min(c.last_ns, now)
            )
            for name, c in sorted(counts.items())
            if c.last_ns
        )

    def oldest_ns(self) -> int | None:
        """None: neither Jaeger nor Loki tells the age of what it keeps."""
        return None

    def removed(self, since_ns: int) -> tuple[Removal, ...]:  # noqa: ARG002 - no part of the stack tells
        """Nothing: no part of the stack tells what its retention removed."""
        return ()

    def dropped(self, since_ns: int) -> tuple[Refusal, ...]:
        """See `ServiceStore.dropped`. As the collector counted it some seconds ago."""
        now = time.time_ns()
        return tuple(refusals_of(self._prometheus.samples(SELECTOR, (now - _RECENT, now)), since_ns))

    def _spans(self, counts: defaultdict[str, _Counts], window: Window, step: int) -> None:
        for series in self._prometheus.steps(_CALLS, window, step):
            grown, last = growth(series, window[0] // 10**6, step * 1000)
            of = counts[named(series.labels.get("service_name", ""))]
            of.spans += grown
            of.error_spans += grown if series.labels.get("status_code") == _ERROR else 0
            of.last_ns = max(of.last_ns, last)

    def _points(self, counts: defaultdict[str, _Counts], window: Window, step: int) -> None:
        names = self._prometheus.names(_POINTS, window)
        for start in range(0, len(names), _NAMES_AT_ONCE):
            query = _counted(names[start : start + _NAMES_AT_ONCE], step)
            for series in self._prometheus.steps(query, (window[0] + step * 10**9, window[1]), step):
                of = counts[named(series.labels.get("service_name", ""))]
                of.points += sum(value for _, value in series.samples)
                of.last_ns = max(of.last_ns, *(at for at, value in series.samples if value), 0)

    def _logs(self, counts: defaultdict[str, _Counts], window: Window, step: int) -> None:
        query = f"sum by (service_name) (count_over_time({EVERYTHING}[{step}s]))"
        for labels, samples in self._loki.counts(query, (window[0] + step * 10**9, window[1]), step):
            of = counts[named(labels.get("service_name", ""))]
            of.logs += sum(value for _, value in samples)
            of.last_ns = max(of.last_ns, *(at for at, value in samples if value), 0)


def _counted(names: list[str], step: int) -> str:
    """How many samples each service has of each of some metrics, told apart by a label of ours."""
    selectors = (f'{{__name__={promql_text(name)},service_name!=""}}[{step}s]' for name in names)
    counts = (f"sum by (service_name) (count_over_time({selector}))" for selector in selectors)
    return " or ".join(f'label_replace({count},"part","{part}","","")' for part, count in enumerate(counts))


def growth(series: Series, first_ms: int, step_ms: int) -> tuple[float, int]:
    """By how much a counter grew, and when it last did (Unix nanoseconds, 0: never).

    A series that begins, begins at nothing; one that falls, began anew, and so did one that was away for a while: the
    collector forgets a series that rests.
    """
    total, last, before, expected = 0.0, 0, 0.0, first_ms
    for at_ns, value in series.samples:
        at = at_ns // 10**6
        if at == first_ms:
            before, expected = value, at + step_ms
            continue
        grown = value - before if at <= expected and value >= before else value
        total, last = total + grown, at_ns if grown > 0 else last
        before, expected = value, at + step_ms
    return total, last
