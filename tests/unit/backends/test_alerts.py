"""Alerts of the real stack, from what Prometheus, Loki, Alertmanager and the inbox answer."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.open import open_alert_sender, open_remote_stores
from phoenix_dev.errors import NotReady
from phoenix_dev.model.alert import Alert
from phoenix_dev.stores.alerts import Handed

if TYPE_CHECKING:
    from phoenix_dev.backends.http import HttpClient
    from phoenix_dev.stores.alerts import AlertStore
    from tests.unit.backends.answering import Answering, Asked

ERRORS = {"alertname": "Errors", "service_name": "api"}
TRUE_NS = 1_791_173_106_131_000_000


def rule(name: str, severity: str, *alerts: dict[str, Any], **also: Any) -> dict[str, Any]:
    base = {"type": "alerting", "query": "x > 1", "duration": 180, "health": "ok", "state": "inactive"}
    labels = {"labels": {"severity": severity} if severity else {}}
    return base | labels | {"name": name, "lastEvaluation": "2026-10-05T04:05:10Z", "alerts": list(alerts)} | also


def firing(value: str, **labels: str) -> dict[str, Any]:
    told = {"summary": "12 % fail", "description": "", "runbook": ""}
    since = "2026-10-05T04:05:06.131Z"
    return {"labels": labels, "annotations": told, "state": "firing", "activeAt": since, "value": value}


def held(fingerprint: str, *inhibited_by: str, **labels: str) -> dict[str, Any]:
    return {"fingerprint": fingerprint, "labels": labels, "status": {"inhibitedBy": inhibited_by, "silencedBy": []}}


PROMETHEUS = [
    rule("Zero", "", state="unknown", lastEvaluation="0001-01-01T00:00:00Z"),
    rule("Errors", "warning", firing("1.2e-01", **ERRORS, severity="warning"), state="firing"),
    rule("Errors", "critical", firing("NaN", **ERRORS, severity="critical"), state="unknown"),  # read anew
    rule("Broken", "info", health="err", lastError="found duplicate series", alerts=None),
]
ALERTMANAGER = [held("c0ffee", **ERRORS, severity="critical"), held("ab", "c0ffee", **ERRORS, severity="warning")]
MESSAGES = [
    {"time_ns": 5, "channel": "slack", "body": json.dumps({"text": "hello"})},
    {"time_ns": 6, "channel": "fax", "body": ""},
]
COUNTED = b"""\
alertmanager_notification_requests_failed_total{integration="slack"} 1
alertmanager_notification_requests_total{integration="email"} 1
alertmanager_notification_requests_total{integration="slack"} 6
"""


def answer(asked: Asked) -> tuple[int, bytes]:
    if asked.path == "/api/v1/rules":
        return 200, json.dumps({"data": {"groups": [{"rules": PROMETHEUS}]}}).encode()
    if asked.path == "/prometheus/api/v1/rules":
        return 404, b"no rule groups found"
    if asked.path == "/messages":
        return 200, b"".join(json.dumps(one).encode() + b"\n" for one in MESSAGES)
    return 200, COUNTED if asked.path == "/metrics" else json.dumps(ALERTMANAGER).encode()


@pytest.fixture
def alerts(backend: Answering, http: HttpClient) -> AlertStore:
    backend.answer = answer
    url = backend.url
    return open_remote_stores(RemoteEndpoints(url, url, url, alertmanager=url, inbox=url), http).alerts


def test_every_rule_is_told_by_name_the_most_urgent_first(alerts: AlertStore) -> None:
    rules = alerts.rules()
    assert [(one.name, one.severity, one.state) for one in rules] == [
        ("Broken", "info", "inactive"),
        ("Errors", "critical", "firing"),
        ("Errors", "warning", "firing"),
        ("Zero", "info", "inactive"),
    ]
    assert rules[0].trouble == "found duplicate series"
    assert rules[3].evaluated_ns == 0
    assert (rules[1].expression, rules[1].for_s, rules[1].evaluated_ns) == ("x > 1", 180.0, 1_791_173_110 * 10**9)


def test_an_alert_tells_its_value_since_when_and_what_keeps_it_back(alerts: AlertStore) -> None:
    (critical,), (warning,) = alerts.rules()[1].alerts, alerts.rules()[2].alerts
    assert math.isnan(critical.value)
    assert critical.inhibited_by == ()
    assert (warning.value, warning.since_ns, warning.inhibited_by) == (0.12, TRUE_NS, ("critical Errors",))
    assert warning.annotations["summary"] == "12 % fail"
    assert warning.labels["service_name"] == "api"


def test_what_was_sent_is_what_the_inbox_took(alerts: AlertStore, backend: Answering) -> None:
    (only,) = alerts.deliveries(4)
    assert (only.time_ns, only.channel, only.title) == (5, "slack", "hello")
    assert backend.asked[-1].params == {"since": "4"}


def test_without_alertmanager_rules_are_known_and_what_was_sent_is_not(backend: Answering, http: HttpClient) -> None:
    backend.answer = answer
    store = open_remote_stores(RemoteEndpoints(backend.url, backend.url, backend.url), http).alerts
    assert len(store.rules()) == 4
    with pytest.raises(NotReady, match="started without Alertmanager"):
        store.deliveries(0)


@pytest.mark.parametrize(
    ("silent", "name", "known"),
    [
        ("/prometheus/api/v1/rules", "Loki", ["Broken", "Errors", "Errors", "Zero"]),
        ("/api/v2/alerts", "Alertmanager", ["Broken", "Errors", "Errors", "Zero"]),
        ("/api/v1/rules", "Prometheus", ["Fatal"]),
    ],
)
def test_what_does_not_answer_is_named_and_the_rest_is_told(
    alerts: AlertStore, backend: Answering, silent: str, name: str, known: list[str]
) -> None:
    def some(asked: Asked) -> tuple[int, bytes]:
        if asked.path == silent:
            return 503, b"starting"
        if asked.path.startswith("/prometheus") and silent == "/api/v1/rules":
            return 200, json.dumps({"data": {"groups": [{"rules": [rule("Fatal", "critical")]}]}}).encode()
        return answer(asked)

    backend.answer = some
    rules = alerts.rules()
    assert [one.name for one in rules] == known
    (lack,) = rules.lacks
    assert lack.startswith(f"{name} at {backend.url}")
    assert not any(one.inhibited_by for one in rules[0].alerts)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"data": {"groups": [{"rules": [{"type": "alerting"}]}]}}']
)
def test_what_answers_in_another_form_is_named(alerts: AlertStore, backend: Answering, body: bytes) -> None:
    backend.answers(200, body)
    with pytest.raises(NotReady, match=r"Prometheus at|Alertmanager at"):
        alerts.rules()


def test_alerts_and_summaries_are_handed_to_alertmanager(backend: Answering, http: HttpClient) -> None:
    backend.answer = answer
    sender = open_alert_sender(backend.url, ("slack",), http)
    sender.send([Alert("Test", "critical", "firing", {"service_name": "a"}, {"summary": "s"}, 1.0, TRUE_NS)], TRUE_NS)
    sender.send_summary("subject", "text", "daily", TRUE_NS)
    assert [asked.path for asked in backend.asked] == ["/api/v2/alerts"] * 2
    assert sender.real == ("slack",)
    assert sender.handed("slack") == Handed(6, 1)
    assert sender.handed("pagerduty") == Handed(0, 0)
