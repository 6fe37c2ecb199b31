"""Of one message that tells of several alerts, what it says of those that fire and of those that are over."""

from __future__ import annotations

import pytest

from phoenix_dev.alerting.forms import Notice, pagerduty_event, slack_message
from phoenix_dev.model.alert import Alert, Severity
from phoenix_dev.model.message import delivery_of, told_of


def alert(host: str, severity: Severity) -> Alert:
    labels = {"alertname": "HostCpu", "severity": severity, "host_name": host}
    return Alert("HostCpu", severity, "firing", labels, {"summary": f"{host} is busy", "description": "…"}, 1.0, 0)


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_who_fires_and_who_does_not_any_more_are_told_apart(severity: Severity) -> None:
    notice = Notice(severity, "HostCpu", "key", (alert("laptop", severity),), (alert("drill", severity),))
    page = lambda *_: "http://page"  # noqa: E731
    if severity == "critical":
        message = delivery_of(0, "pagerduty", pagerduty_event(notice, "phoenix", page))
    else:
        message = delivery_of(0, "slack", slack_message(notice, "phoenix", page))
    assert message.status == "firing"
    over, firing = told_of(message, resolved=True), told_of(message, resolved=False)
    assert ("drill is busy" in over, "laptop is busy" in over) == (True, False)
    assert ("drill is busy" in firing, "laptop is busy" in firing) == (False, True)
