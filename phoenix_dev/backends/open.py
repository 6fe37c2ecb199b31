"""The stores over Jaeger, Loki and Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.backends.http import Backend, http_client
from phoenix_dev.backends.jaeger.client import JaegerClient
from phoenix_dev.backends.jaeger.store import JaegerTraceStore
from phoenix_dev.backends.loki.client import LokiClient
from phoenix_dev.backends.loki.store import LokiLogStore
from phoenix_dev.backends.prometheus.client import PrometheusClient
from phoenix_dev.backends.prometheus.store import PrometheusMetricStore
from phoenix_dev.backends.services import RemoteServiceStore
from phoenix_dev.stores import Stores

if TYPE_CHECKING:
    from phoenix_dev.backends.endpoints import RemoteEndpoints
    from phoenix_dev.backends.http import HttpClient


def open_remote_stores(endpoints: RemoteEndpoints, http: HttpClient | None = None) -> Stores:
    """The stores at these endpoints. Nothing is asked before the first query, which raises NotReady when it has to.

    They share one pool of connections, that of `http` if it is given (whoever gives it closes it), and may be used by
    one thread at a time.
    """
    http = http or http_client((endpoints.jaeger, endpoints.jaeger_errors, endpoints.loki, endpoints.prometheus))
    jaeger = JaegerClient(Backend("Jaeger", endpoints.jaeger, http))
    errors = JaegerClient(Backend("Jaeger", endpoints.jaeger_errors, http)) if endpoints.jaeger_errors else None
    loki = LokiClient(Backend("Loki", endpoints.loki, http))
    prometheus = PrometheusClient(Backend("Prometheus", endpoints.prometheus, http))
    traces = JaegerTraceStore(jaeger, errors, endpoints.reach, sampled=endpoints.sampled)
    return Stores(
        traces,
        LokiLogStore(loki, traces.extent, endpoints.reach.logs),
        PrometheusMetricStore(prometheus),
        RemoteServiceStore(prometheus, loki),
    )
