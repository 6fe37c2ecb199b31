"""What `alerts` shows first, and how it is seen that what was sent arrives."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.alert import CHANNEL_OF, Rules, RuleState
from phoenix_dev.model.message import delivery_of
from phoenix_dev.stores.alerts import Handed
from phoenix_dev.usecases.alerts import alert_states, delivered
from phoenix_dev.usecases.summarize import send_summary
from phoenix_dev.usecases.try_alerts import paged, try_alerts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.alert import Alert, AlertState, Channel, Delivery, Severity


class Way:
    """A way of alerts in memory: what is sent comes to the inbox, or to the channels that are `real`."""

    def __init__(self, *real: Channel, loses: Severity | None = None) -> None:
        self.real = real
        self.loses = loses
        self.inbox: list[Delivery] = [delivery_of(time.time_ns() - 10**9, "slack", '{"text": "of an earlier test"}')]
        self.with_people: list[Channel] = []
        self.until: list[int] = []
        self.states: tuple[RuleState, ...] = ()
        self.alerts = self.metrics = self  # as Stores has them

    def rules(self) -> Rules:
        return Rules(self.states, ("Loki is away",))

    def deliveries(self, since_ns: int) -> tuple[Delivery, ...]:
        return tuple(one for one in self.inbox if one.time_ns >= since_ns)

    def query(self, expression: str, at_ns: int) -> tuple[Any, ...]:
        return ()

    def send(self, alerts: Sequence[Alert], until_ns: int) -> None:
        self.until.append(until_ns)
        for alert in alerts if len(self.until) == 1 else ():
            if alert.severity != self.loses:
                self._deliver(CHANNEL_OF[alert.severity], alert)

    def send_summary(self, subject: str, text: str, report: str, now_ns: int) -> None:
        if "email" in self.real:
            self.with_people.append("email")
        else:
            self.inbox.append(delivery_of(time.time_ns(), "email", f"Subject: {subject}\n\n{text}"))

    def handed(self, channel: Channel) -> Handed:
        return Handed(7 + self.with_people.count(channel), 7)

    def _deliver(self, channel: Channel, alert: Alert) -> None:
        if channel in self.real:
            self.with_people.append(channel)
            return
        told = {"callback_id": f"firing {alert.severity} {alert.name}", "title": alert.annotations["summary"]}
        event = {"event_action": "trigger", "payload": {"severity": "critical", "summary": told["title"]}}
        body = event if channel == "pagerduty" else {"attachments": [told]}
        self.inbox.append(delivery_of(time.time_ns(), channel, json.dumps(body)))


def state(name: str, severity: Severity, now: AlertState) -> RuleState:
    return RuleState(name, severity, "x", 1.0, now, (), 0)


def test_what_fires_is_told_first_and_of_that_the_most_urgent() -> None:
    way = Way()
    way.states = (
        state("A", "critical", "inactive"),
        state("B", "warning", "firing"),
        state("C", "critical", "pending"),
        state("D", "critical", "firing"),
    )
    states = alert_states(way)  # type: ignore[arg-type]
    assert [rule.name for rule in states] == ["D", "B", "C", "A"]
    assert states.lacks == ("Loki is away",)


def test_the_inbox_is_told_by_channel() -> None:
    way = Way()
    assert len(delivered(way, 0, None)) == len(delivered(way, 0, "slack")) == 1  # type: ignore[arg-type]
    assert delivered(way, 0, "email") == ()  # type: ignore[arg-type]


def test_one_alert_of_each_severity_arrives_and_is_resolved() -> None:
    way = Way()
    arrived = list(try_alerts(way, way, 5.0))
    assert {(one.severity, one.channel) for one in arrived} == set(CHANNEL_OF.items())
    assert all(not one.real and one.took_ns is not None and 0 <= one.took_ns < 5e9 for one in arrived)
    assert way.until[1] <= time.time_ns() < way.until[0]


def test_what_does_not_arrive_is_told_last_and_is_resolved_too() -> None:
    way = Way(loses="warning")
    *arrived, missing = try_alerts(way, way, 0.3)
    assert {one.severity for one in arrived} == {"critical", "info"}
    assert (missing.severity, missing.took_ns) == ("warning", None)
    assert len(way.until) == 2


def test_of_a_channel_with_people_it_is_seen_that_it_took_the_message() -> None:
    way = Way("slack", "email")
    assert paged(way) == ("slack",)
    arrived = {one.severity: one for one in try_alerts(way, way, 5.0)}
    assert {severity for severity, one in arrived.items() if one.real} == {"warning", "info"}
    assert all(one.took_ns is not None for one in arrived.values())
    losing = Way("slack", loses="info")
    assert {one.severity: one for one in try_alerts(losing, losing, 0.3)}["info"].took_ns is None


def test_a_summary_is_seen_to_arrive() -> None:
    way = Way()
    sent = send_summary(way, way, "daily", "shop", "", 5.0)  # type: ignore[arg-type]
    assert sent.made.subject == "[shop] daily summary"
    assert sent.arrival.took_ns is not None
    assert not sent.arrival.real
    real = Way("email")
    assert send_summary(real, real, "weekly", "shop", "", 5.0).arrival.real  # type: ignore[arg-type]
