"""`alerts test`: an alert of each severity goes its way, and it is seen whether it arrives."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from phoenix_dev.model.alert import CHANNEL_OF, SEVERITIES, Alert, Arrival

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.model.alert import Channel, Severity
    from phoenix_dev.stores.alerts import AlertSender, AlertStore

_POLL_S = 0.1
#: When the alerts end by themselves, if nobody can tell that they have (nanoseconds).
_LONGEST_NS = 600 * 10**9


def paged(sender: AlertSender) -> tuple[Channel, ...]:
    """The channels with people behind them that a test reaches."""
    return tuple(channel for channel in sender.real if channel in CHANNEL_OF.values())


def try_alerts(store: AlertStore, sender: AlertSender, timeout_s: float) -> Iterator[Arrival]:
    """Send an alert of each severity; each as it arrives, at last those that did not in time. Then they are resolved.

    Of a channel that reaches people it is known how many messages it took, not which: one more is taken for ours.
    """
    run, started_ns = secrets.token_hex(4), time.time_ns()
    alerts = [_alert(severity, run, started_ns) for severity in SEVERITIES]
    before = {channel: _taken(sender, channel) for channel in sender.real}
    sender.send(alerts, started_ns + _LONGEST_NS)
    try:
        yield from _arrivals(store, sender, run, started_ns, before, time.monotonic() + timeout_s)
    finally:
        sender.send(alerts, time.time_ns())


def _arrivals(
    store: AlertStore,
    sender: AlertSender,
    run: str,
    started_ns: int,
    before: Mapping[Channel, int],
    deadline: float,
) -> Iterator[Arrival]:
    missing = list(SEVERITIES)
    while missing:
        arrived = dict(_in_the_inbox(store, run, started_ns)) | dict(_with_people(sender, before, started_ns))
        for severity in [one for one in missing if one in arrived]:
            missing.remove(severity)
            yield _arrival(sender, severity, arrived[severity])
        if missing and time.monotonic() > deadline:
            yield from (_arrival(sender, severity, None) for severity in missing)
            return
        if missing:
            time.sleep(_POLL_S)


def _in_the_inbox(store: AlertStore, run: str, started_ns: int) -> Iterator[tuple[Severity, int]]:
    for told in store.deliveries(started_ns):
        if run in told.body and told.channel == CHANNEL_OF[told.severity]:
            yield told.severity, told.time_ns - started_ns


def _with_people(sender: AlertSender, before: Mapping[Channel, int], started_ns: int) -> Iterator[tuple[Severity, int]]:
    now_ns = time.time_ns()
    for channel in paged(sender):
        ours = [severity for severity in SEVERITIES if CHANNEL_OF[severity] == channel]
        for severity in ours[: _taken(sender, channel) - before[channel]]:
            yield severity, now_ns - started_ns


def _taken(sender: AlertSender, channel: Channel) -> int:
    handed = sender.handed(channel)
    return handed.times - handed.failed


def _arrival(sender: AlertSender, severity: Severity, took_ns: int | None) -> Arrival:
    channel = CHANNEL_OF[severity]
    return Arrival(severity, channel, channel in sender.real, took_ns)


def _alert(severity: Severity, run: str, now_ns: int) -> Alert:
    """A group of its own, so that nothing else holds it back, and a name of its own, so that none inhibits another."""
    name = f"{severity.capitalize()}Test"
    return Alert(
        name=name,
        severity=severity,
        state="firing",
        labels={"alertname": name, "severity": severity, "service_name": f"alerts-test-{run}"},
        annotations={
            "summary": f"a test of the way of alerts, {run}",
            "description": f"`phoenix-dev alerts test` sent this to see whether it arrives ({severity}).",
            "runbook": "Nothing is wrong. It is resolved once it has arrived.",
        },
        value=1.0,
        since_ns=now_ns,
    )
