"""Who is told what of which alerts, as compose/alertmanager/alertmanager.yml says it; a test holds the two together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phoenix_dev.model.alert import Alert

#: One message tells of the alerts of one severity that have these in common.
GROUPED_BY = ("alertname", "service_name")
#: The labels that tell one thing that an alert is about from another; `alertname` says what is wrong with it.
THINGS = (
    "service_name",
    "host_name",
    "container_name",
    "job",
    "instance",
    "device",
    "mountpoint",
    "endpoint",
    "breaker",
    "check",
    "slo",
    "exporter",
    "data_type",
    "receiver",
    "reason",
)
#: What an alert is, not what it is about.
_NO_THING = ("alertname", "severity")


def things_of(own: Iterable[str]) -> tuple[str, ...]:
    """THINGS, and behind them what else tells alerts of the user's own apart."""
    return (*THINGS, *(name for name in own if name not in (*THINGS, *_NO_THING)))


def group_of(alert: Alert) -> tuple[str, ...]:
    """What the alerts of one message have in common."""
    return (alert.severity, *(alert.labels.get(name, "") for name in GROUPED_BY))


def inhibitors(alert: Alert, firing: Iterable[Alert], things: Sequence[str] = THINGS) -> Iterator[Alert]:
    """What keeps an alert from being told: a critical one of the same name about the same thing, or about none."""
    if alert.severity != "warning":
        return
    thing = _thing(alert, things)
    for other in firing:
        if other.severity == "critical" and other.name == alert.name:
            about = _thing(other, things)
            if about == thing or not any(about):
                yield other


def _thing(alert: Alert, things: Sequence[str]) -> tuple[str, ...]:
    return tuple(alert.labels.get(name, "") for name in things)
