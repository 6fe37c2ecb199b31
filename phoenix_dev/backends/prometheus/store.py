"""The MetricStore on Prometheus.

Prometheus keeps series, not metrics: names have `_` for dots and the unit at their end, a histogram is three of them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.backends.kept import UNNAMED
from phoenix_dev.backends.prometheus.points import family_of, points_of
from phoenix_dev.backends.quoting import promql_text, regex_literal
from phoenix_dev.backends.windows import AHEAD, FURTHEST, clamped
from phoenix_dev.model.otlp import UNKNOWN_SERVICE
from phoenix_dev.stores.expressions import by_labels, millisecond, orders_itself, steps_of
from phoenix_dev.stores.metrics import MetricCapabilities

if TYPE_CHECKING:
    from phoenix_dev.backends.prometheus.client import PrometheusClient
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.model.series import Exemplar, Series
    from phoenix_dev.stores.metrics import MetricQuery


class PrometheusMetricStore:
    """Implements `MetricStore`. Reaches 30 days back. Times are in milliseconds, as Prometheus keeps them.

    Of a histogram or summary, sum and count make one point. `target_info`, which Prometheus makes from resources, is
    no metric that anyone sent.
    """

    capabilities = MetricCapabilities()

    def __init__(self, prometheus: PrometheusClient) -> None:
        self._prometheus = prometheus

    def points(self, query: MetricQuery) -> tuple[MetricPoint, ...]:
        """See `MetricStore.points`. `name` is the name that `names` gives."""
        now = time.time_ns()
        since = now - FURTHEST if query.since_ns is None else query.since_ns
        until = now + AHEAD if query.until_ns is None else query.until_ns
        window = clamped(since, until, now)
        if window is None:
            return ()
        found = points_of(self._prometheus.samples(_selector(query.name, query.service), window))
        # The window was widened to whole milliseconds.
        return tuple(sorted((p for p in found if since - 10**6 < p.time_ns <= until), key=lambda p: p.time_ns))

    def names(self) -> tuple[str, ...]:
        """See `MetricStore.names`."""
        now = time.time_ns()
        found = self._prometheus.names(_selector("", ""), (now - FURTHEST, now + AHEAD))
        return tuple(sorted({family_of(name) for name in found}))

    def query(self, expression: str, at_ns: int) -> tuple[Series, ...]:
        """See `MetricStore.query`."""
        found = self._prometheus.at(expression, millisecond(at_ns))
        return tuple(found if orders_itself(expression) else sorted(found, key=by_labels))

    def query_range(self, expression: str, since_ns: int, until_ns: int, step_ns: int) -> tuple[Series, ...]:
        """See `MetricStore.query_range`."""
        found = self._prometheus.over(expression, steps_of(since_ns, until_ns, step_ns))
        return tuple(sorted(found, key=by_labels))

    def exemplars(self, selector: str, since_ns: int, until_ns: int) -> tuple[Exemplar, ...]:
        """See `MetricStore.exemplars`."""
        found = self._prometheus.exemplars(selector, millisecond(since_ns), millisecond(until_ns))
        return tuple(sorted(found, key=lambda exemplar: exemplar.time_ns))


def _selector(name: str, service: str) -> str:
    matchers = ['__name__!="target_info"', '__name__!~".+_bucket"']
    if name:
        pattern = f"{regex_literal(name)}(_sum|_count)?"
        matchers.append(f"__name__=~{promql_text(pattern)}")
    if service == UNKNOWN_SERVICE:
        matchers.append(f'service_name=~"{UNNAMED}.*|"')
    elif service:
        matchers.append(f"service_name={promql_text(service)}")
    else:
        matchers.append('service_name!=""')
    return f"{{{','.join(matchers)}}}"
