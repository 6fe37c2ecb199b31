"""The AlertSender on Alertmanager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.stores.alerts import Handed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.backends.alertmanager.client import AlertmanagerClient
    from phoenix_dev.model.alert import Alert, Channel

#: How long a summary is an alert (nanoseconds): told again meanwhile, it is not sent again.
_SUMMARY_NS = 600 * 10**9


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
        labels = {"alertname": f"{report.capitalize()}Summary", "report": report, "period": rfc3339(now_ns)}
        told = {
            "labels": labels,
            "annotations": {"summary": subject, "description": text},
            "startsAt": rfc3339(now_ns),
            "endsAt": rfc3339(now_ns + _SUMMARY_NS),
        }
        self._alertmanager.post([told])

    def handed(self, channel: Channel) -> Handed:
        """See `AlertSender.handed`."""
        return Handed(*self._alertmanager.requests().get(channel, (0, 0)))
