"""The stores over Jaeger, Loki, Prometheus and Alertmanager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.backends.alertmanager.client import AlertmanagerClient, InboxClient, RulesClient
from phoenix_dev.backends.alertmanager.sender import AlertmanagerSender
from phoenix_dev.backends.alertmanager.store import AlertmanagerAlertStore
from phoenix_dev.backends.http import Backend, http_client
from phoenix_dev.backends.jaeger.client import JaegerClient
from phoenix_dev.backends.jaeger.store import JaegerTraceStore
from phoenix_dev.backends.loki.client import LokiClient
from phoenix_dev.backends.loki.store import LokiLogStore
from phoenix_dev.backends.prometheus.client import PrometheusClient
from phoenix_dev.backends.prometheus.store import PrometheusMetricStore
from phoenix_dev.backends.services import RemoteServiceStore
from phoenix_dev.model.alert import CHANNELS
from phoenix_dev.stores import Stores

if TYPE_CHECKING:
    from phoenix_dev.backends.endpoints import RemoteEndpoints
    from phoenix_dev.backends.http import HttpClient


#: How long who knows of alerts may take for a piece of an answer (seconds).
_ALERTS_S = 3.0


def open_remote_stores(endpoints: RemoteEndpoints, http: HttpClient | None = None) -> Stores:
    """The stores at these endpoints. Nothing is asked before the first query, which raises NotReady when it has to.

    They share one pool of connections, that of `http` if it is given (whoever gives it closes it); else alerts have one
    that waits less. They may be used by one thread at a time.
    """
    of_alerts = http or _client_of_alerts(endpoints)
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
        _alerts(endpoints, of_alerts),
    )


def open_alert_sender(url: str, real: tuple[str, ...], http: HttpClient | None = None) -> AlertmanagerSender:
    """The way of alerts by the Alertmanager at a URL, of which these channels reach people."""
    client = AlertmanagerClient(Backend("Alertmanager", url, http or http_client([url])))
    return AlertmanagerSender(client, tuple(one for one in CHANNELS if one in real))


def _client_of_alerts(endpoints: RemoteEndpoints) -> HttpClient:
    """Whoever hangs holds up what others know of alerts, and states of rules lie ready."""
    client = http_client((endpoints.prometheus, endpoints.loki, endpoints.alertmanager, endpoints.inbox))
    client.timeout = _ALERTS_S
    return client


def _alerts(endpoints: RemoteEndpoints, http: HttpClient) -> AlertmanagerAlertStore:
    evaluators = (
        RulesClient(Backend("Prometheus", endpoints.prometheus, http)),
        RulesClient(Backend("Loki", endpoints.loki, http), "/prometheus"),
    )
    at, kept_at = endpoints.alertmanager, endpoints.inbox
    return AlertmanagerAlertStore(
        evaluators,
        AlertmanagerClient(Backend("Alertmanager", at, http)) if at else None,
        InboxClient(Backend("the inbox of alerts", kept_at, http)) if kept_at else None,
    )
