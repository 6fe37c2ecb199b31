"""The rules on the running stack: each is evaluated, and one on logs reaches Alertmanager."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Tuning
from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand

#: Rules are evaluated every 15 s.
EVALUATED_S = 90


def test_prometheus_and_loki_evaluate_every_rule_and_a_fatal_log_is_an_alert(stack: ByHand) -> None:
    service = f"dying-{otlp.new_span_id()}"
    stack.send("logs", otlp.logs(service, otlp.log("out of memory", severity=21, time=time.time_ns())))
    stack.send("logs", otlp.logs("living", otlp.log("slow", severity=17, time=time.time_ns())))

    def health() -> set[tuple[str, str, str]]:
        groups = stack.prometheus("rules")["groups"]
        groups += stack.http.get(f"{stack.url('LOKI')}/prometheus/api/v1/rules").json()["data"]["groups"]
        return {(rule["name"], rule["labels"]["severity"], rule["health"]) for one in groups for rule in one["rules"]}

    wanted = {(rule.alert, rule.severity, "ok") for rule in alert_rules(Tuning())}
    wait_until(lambda: health() == wanted, EVALUATED_S, what="every rule evaluated")
    (alert,) = wait_until(lambda: of_logs(stack, service), EVALUATED_S, what="the alert of a fatal log")
    assert alert["labels"]["severity"] == "warning"
    assert alert["annotations"]["summary"] == f"{service} logs at FATAL"
    assert of_logs(stack, "living") == []


def of_logs(stack: ByHand, service: str) -> list[dict[str, Any]]:
    """The alerts of Alertmanager that a service's logs caused."""
    asked = ['alertname="FatalLogs"', f'service_name="{service}"']
    answer = stack.http.get(f"{stack.url('ALERTMANAGER')}/api/v2/alerts", params={"filter": asked})
    found: list[dict[str, Any]] = answer.json()
    return found
