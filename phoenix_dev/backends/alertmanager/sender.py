"""The AlertSender on Alertmanager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.inbox.summary import Summary, summary_alert
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.stores.alerts import Handed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.backends.alertmanager.client import AlertmanagerClient
    from phoenix_dev.model.alert import Alert, Channel


class AlertmanagerSender:
    """Implements `AlertSender`. `real`: the channels that were set up when the stack was started."""

    def __init__(self, alertmanager: AlertmanagerClient, real: tuple[Channel, ...]) -> None:
        self._alertmanager = alertmanager
        self.real = real

    def send(self, alerts: Sequence[Alert], until_ns: int) -> None:
        """See `AlertSender.send`."""
        told = [
            {
                "labels": {**alert.labels, "alertname": alert.name, "severity": alert.severity},
                "annotations": dict(alert.annotations),
                "startsAt": rfc3339(alert.since_ns),
                "endsAt": rfc3339(until_ns),
            }
            for alert in alerts
        ]
        self._alertmanager.post(told)

    def send_summary(self, subject: str, text: str, report: str, now_ns: int) -> None:
        """See `AlertSender.send_summary`. Alertmanager's route for summaries sends it as a mail."""
        now = now_ns / 10**9
        self._alertmanager.post([summary_alert(report, Summary(subject, text), now, now)])

    def handed(self, channel: Channel) -> Handed:
        """See `AlertSender.handed`."""
        return Handed(*self._alertmanager.requests().get(channel, (0, 0)))
