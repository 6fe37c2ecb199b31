"""Alerts on the screen: what fires first, what was sent, and nothing of it as anything but text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.model.alert import CHANNELS, Alert, Arrival, Channel, Rules, RuleState
from phoenix_dev.model.message import delivery_of
from phoenix_dev.render.alerts import arrival_line, arrivals_json, delivery_lines, rule_lines, rules_json
from phoenix_dev.render.output import json_text
from tests.unit.render.hostile import HOSTILE
from tests.unit.render.samples import T0

if TYPE_CHECKING:
    from phoenix_dev.model.alert import AlertState, Severity

S = 10**9


def alert(state: AlertState, severity: Severity, seconds: int, summary: str = "a fails", **also: Any) -> Alert:
    labels = {"alertname": "Errors", "severity": severity, "service_name": "a"}
    return Alert("Errors", severity, state, labels, {"summary": summary}, 0.12, T0 - seconds * S, **also)


def rule(name: str, severity: Severity, *alerts: Alert, trouble: str = "") -> RuleState:
    state: AlertState = alerts[0].state if alerts else "inactive"
    return RuleState(name, severity, "x > 1", 300.0, state, alerts, T0, trouble)


RULES = Rules(
    (
        rule("Errors", "critical", alert("firing", "critical", 192)),
        rule("Errors", "warning", alert("firing", "warning", 312, inhibited_by=("critical Errors",), silenced=True)),
        rule("Latency", "warning", alert("pending", "warning", 40, summary="")),
        rule("Disk", "critical"),
        rule("Disk", "warning"),
        rule("Odd", "info", trouble="found duplicate series"),
    ),
    ("Loki at http://127.0.0.1:3100 does not answer",),
)


def test_what_fires_stands_first_with_what_keeps_it_back() -> None:
    assert [line.plain for line in rule_lines(RULES, now_ns=T0, width=80)] == [
        "  ALERT       SEVERITY STATE",
        "✗ Errors      critical firing 3m 12s",
        "    a fails",
        "! Errors      warning  firing 5m 12s, inhibited by critical Errors, silenced",
        "    a fails",
        "… Latency     warning  pending 40 s of 5m 00s",
        "    service_name=a",
        "? Odd         info     found duplicate series",
        "? Loki at http://127.0.0.1:3100 does not answer",
        "✓ Disk                 inactive (critical, warning)",
    ]


@pytest.mark.parametrize(
    ("runbook", "shown"),
    [
        ("1. `phoenix-dev health`: who fails?\n2. `phoenix-dev logs`", ["    → phoenix-dev health: who fails?"]),
        ("1. `phoenix-dev logs --service SERVICE`: why?", ["    → phoenix-dev logs --service a: why?"]),
        ("Ask the others.", []),
        ("", []),
    ],
)
def test_the_first_step_of_the_runbook_stands_below_what_fires_and_is_not_kept_back(
    runbook: str, shown: list[str]
) -> None:
    loud, quiet = alert("firing", "critical", 9), alert("firing", "critical", 9, silenced=True)
    fires = [replace(one, annotations={**one.annotations, "runbook": runbook}) for one in (loud, quiet)]
    lines = [line.plain for line in rule_lines(Rules((rule("Errors", "critical", *fires),)), now_ns=T0, width=80)]
    assert lines[1:] == [
        "✗ Errors      critical firing 9 s",
        "    a fails",
        *shown,
        "✗ Errors      critical firing 9 s, silenced",
        "    a fails",
    ]


def test_json_says_the_same() -> None:
    whole = json.loads(json_text(rules_json(RULES)))
    assert whole["lacks"] == ["Loki at http://127.0.0.1:3100 does not answer"]
    told = whole["rules"]
    assert [(one["name"], one["severity"], one["state"]) for one in told][:2] == [
        ("Errors", "critical", "firing"),
        ("Errors", "warning", "firing"),
    ]
    assert told[1]["alerts"][0]["inhibited_by"] == ["critical Errors"]
    assert (told[0]["for_ms"], told[5]["trouble"]) == (300_000.0, "found duplicate series")


def test_each_message_is_shown_in_the_form_of_its_channel() -> None:
    slack = {"attachments": [{"callback_id": "firing warning Errors", "title": "WARNING a", "text": "it\nfails"}]}
    event = {"event_action": "trigger", "dedup_key": "1", "payload": {"summary": "CRITICAL a", "severity": "critical"}}
    mail = "Subject: [x] daily summary\r\nTo: team@x.example\r\n\r\nall is well\r\n"
    bodies: dict[Channel, str] = {"slack": json.dumps(slack), "pagerduty": json.dumps(event), "email": mail}
    shown = [
        line.plain for name, body in bodies.items() for line in delivery_lines(delivery_of(T0, name, body), width=80)
    ]
    assert shown == [
        "2026-10-05 04:05:06 slack     firing   warning  WARNING a",
        "  │ it",
        "  │ fails",
        "2026-10-05 04:05:06 pagerduty firing   critical CRITICAL a",
        "  severity critical · action trigger · dedup key 1",
        "2026-10-05 04:05:06 email     summary  [x] daily summary",
        "  To team@x.example · Subject [x] daily summary",
        "  │ all is well",
    ]
    long = delivery_of(T0, "slack", json.dumps({"text": "orchestrator: 12% of its requests fail"}))
    assert [line.plain for line in delivery_lines(long, width=80)][:2] == [
        "2026-10-05 04:05:06 slack     firing   info",
        "  orchestrator: 12% of its requests fail",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_nothing_but_its_own_place(text: str) -> None:
    hostile = Alert(text, "critical", "firing", {text: text}, {"summary": text}, 1.0, T0, (text,))
    state = RuleState(text, "critical", text, 1.0, "firing", (hostile,), T0, text)
    lines = list(rule_lines(Rules((state,), (text,)), now_ns=T0, width=80))
    slack = json.dumps({"text": text, "attachments": [{"title": text, "text": text}]})
    event = json.dumps({"dedup_key": text, "payload": {"summary": text, "custom_details": {"firing": text}}})
    for channel in CHANNELS:
        for body in (slack, event, f"Subject: x\n\n{text}", text):
            lines += delivery_lines(delivery_of(T0, channel, body), width=80)
    assert all(line.plain.isprintable() and line.cell_len <= 80 for line in lines)


def test_a_test_tells_what_arrived_and_what_did_not() -> None:
    arrivals = (
        Arrival("critical", "pagerduty", True, 1_200_000_000),
        Arrival("warning", "slack", False, 11_000_000),
        Arrival("info", "slack", False, None),
    )
    assert [arrival_line(one, width=80).plain for one in arrivals] == [
        "✓ critical → pagerduty   1.2 s  taken by the channel",
        "✓ warning  → slack       11 ms  in the inbox",
        "✗ info     → slack     did not arrive",
    ]
    assert arrivals_json(arrivals)["arrived"] is False
    assert arrivals_json(arrivals[:2])["arrived"] is True
