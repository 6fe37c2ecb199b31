"""When somebody is told of alerts, and of which: as Alertmanager does it with the same routes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.alerting.notifier import Notifier, Pace
from phoenix_dev.model.alert import Alert
from phoenix_dev.model.message import words_of

if TYPE_CHECKING:
    from phoenix_dev.model.alert import AlertState, Delivery, Severity

S = 10**9
T0 = 1_791_173_106 * S


def alert(name: str, severity: Severity, *, state: AlertState = "firing", **labels: str) -> Alert:
    told = {"summary": f"{name} of {labels or 'all'}", "description": "it <fails> & more", "runbook": "look"}
    return Alert(name, severity, state, {"alertname": name, "severity": severity, **labels}, told, 1.0, T0)


class Told:
    """A notifier, the seconds that have passed, and what it told in each step."""

    def __init__(self, remembered: Any = ()) -> None:
        self.notifier = Notifier("shop", lambda _, labels: f"http://page/{labels.get('service_name', '')}", Pace())
        self.notifier.remember(remembered)

    def at(self, seconds: float, *alerts: Alert) -> list[tuple[str, str, str]]:
        return [(one.channel, one.status, one.title.split(":")[0]) for one in self.deliveries(seconds, *alerts)]

    def due(self) -> int | None:
        return self.notifier.due_ns

    def deliveries(self, seconds: float, *alerts: Alert) -> tuple[Delivery, ...]:
        return self.notifier.take(alerts, T0 + int(seconds * S))


CRITICAL = alert("Errors", "critical", service_name="api")
WARNING = alert("Errors", "warning", service_name="api")


def test_an_alert_waits_for_others_of_its_group_then_is_told_once_until_it_ends() -> None:
    told = Told()
    assert told.at(0, WARNING) == []
    assert told.due() == T0 + 10 * S
    assert told.at(9.9, WARNING) == []
    assert told.at(10, WARNING) == [("slack", "firing", "WARNING Errors")]
    assert told.at(70, WARNING) == []
    assert told.at(80) == [], "the next look at the group is not due"
    assert told.at(130) == [("slack", "resolved", "RESOLVED Errors")]
    assert told.due() is None
    assert told.at(200) == []


def test_what_still_fires_is_told_again_after_the_repeat_interval() -> None:
    told = Told()
    told.at(0, WARNING)
    told.at(10, WARNING)
    assert told.at(4 * 3600, WARNING) == []
    assert told.at(4 * 3600 + 60, WARNING) == [("slack", "firing", "WARNING Errors")]


def test_what_ends_before_anybody_was_told_is_not_told_at_all() -> None:
    told = Told()
    told.at(0, WARNING)
    assert told.at(5) == told.at(10) == told.at(100) == []


def test_what_is_pending_is_nobodys_business() -> None:
    told = Told()
    pending = alert("Errors", "critical", state="pending", service_name="api")
    assert told.at(0, pending) == told.at(60, pending) == []


def test_one_that_joins_its_group_is_told_with_the_others() -> None:
    told = Told()
    first, second = (alert("Cpu", "warning", host_name=host) for host in "ab")
    told.at(0, first)
    (only,) = told.deliveries(10, first)
    assert "resolved" not in words_of(only).text
    assert told.at(40, first, second) == []
    (both,) = told.deliveries(70, first, second)
    assert both.title == "WARNING Cpu: 2 alerts"
    (one_ended,) = told.deliveries(130, second)
    assert one_ended.status == "firing"
    assert "resolved: Cpu of {'host_name': 'a'}" in words_of(one_ended).text


def test_each_severity_has_its_channel_and_a_message_of_its_own() -> None:
    told = Told()
    info = alert("New", "info", service_name="api")
    other = alert("Latency", "warning", service_name="api")
    told.at(0, info, other, CRITICAL)
    assert told.at(10, info, other, CRITICAL) == [
        ("pagerduty", "firing", "CRITICAL Errors"),
        ("slack", "firing", "WARNING Latency"),
        ("slack", "firing", "INFO New"),
    ]


def test_the_warning_is_not_told_while_the_critical_one_about_the_same_fires() -> None:
    told = Told()
    told.at(0, CRITICAL, WARNING)
    assert told.at(10, CRITICAL, WARNING) == [("pagerduty", "firing", "CRITICAL Errors")]
    assert told.at(70, WARNING) == [
        ("pagerduty", "resolved", "RESOLVED Errors"),
        ("slack", "firing", "WARNING Errors"),
    ]


@pytest.mark.parametrize(
    ("critical", "warning", "inhibited"),
    [
        ({"service_name": "api"}, {"service_name": "web"}, False),
        ({"host_name": "a"}, {"host_name": "b"}, False),
        ({"host_name": "a"}, {"host_name": "a"}, True),
        ({"service_name": "api", "breaker": "x"}, {"service_name": "api", "breaker": "y"}, False),
        ({}, {"service_name": "api", "breaker": "y"}, True),
        ({"host_name": "a"}, {}, False),
    ],
)
def test_inhibition_is_about_one_thing_or_about_all(
    critical: dict[str, str], warning: dict[str, str], inhibited: bool
) -> None:
    told = Told()
    both = (
        alert("Errors", "critical", state="firing", **critical),
        alert("Errors", "warning", state="firing", **warning),
    )
    told.at(0, *both)
    assert [channel for channel, _, _ in told.at(10, *both)] == ["pagerduty"] + ["slack"] * (not inhibited)


def test_what_is_silenced_is_not_told() -> None:
    told = Told()
    silenced = Alert(**{**{f: getattr(WARNING, f) for f in WARNING.__slots__}, "silenced": True})
    assert told.at(0, silenced) == told.at(10, silenced) == told.at(70) == []


def test_a_restart_tells_nothing_twice() -> None:
    before = Told()
    before.at(0, CRITICAL)
    before.at(10, CRITICAL)
    after = Told(json.loads(json.dumps(before.notifier.remembered())))
    assert after.at(20, CRITICAL) == after.at(40, CRITICAL) == []
    assert after.at(100) == [("pagerduty", "resolved", "RESOLVED Errors")]
    assert Told().at(40, CRITICAL) == []


def test_pagerduty_knows_the_end_by_the_key_of_the_beginning_and_no_secret_is_kept() -> None:
    told = Told()
    told.at(0, CRITICAL)
    events = [json.loads(one.body) for one in (*told.deliveries(10, CRITICAL), *told.deliveries(70))]
    assert [one["event_action"] for one in events] == ["trigger", "resolve"]
    assert events[0]["dedup_key"] == events[1]["dedup_key"]
    assert events[0]["routing_key"] == "inbox"
    assert events[0]["links"][0]["href"] == "http://page/api"


def test_nothing_in_a_message_to_slack_means_anything_there() -> None:
    told = Told()
    bad = alert("Errors", "warning", service_name="<!channel> & <http://evil.example|here>")
    told.at(0, bad)
    (one,) = told.deliveries(10, bad)
    (attachment,) = json.loads(one.body)["attachments"]
    assert "&lt;!channel&gt; &amp; " in attachment["title"]
    assert attachment["text"].count("<") == 1, "the link to the page is ours"


def test_settings_tell_the_pace() -> None:
    assert Pace.of("10s", "1m", "4h") == Pace()
