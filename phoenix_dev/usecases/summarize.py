"""`alerts summary`: the mail about the last day or week, sent now."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.inbox.summary import Report, Summary, summary
from phoenix_dev.model.alert import Arrival
from phoenix_dev.usecases.waiting import until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.alerts import AlertSender, Handed

_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class SentSummary:
    """A mail, and whether it arrived."""

    made: Summary
    arrival: Arrival


def send_summary(
    stores: Stores, sender: AlertSender, report: Report, project: str, dashboards: str, timeout_s: float
) -> SentSummary:
    """Make the summary of the time up to now, have it sent, and wait until it has arrived, or the time is up."""
    now_ns = time.time_ns()

    def ask(expression: str) -> list[tuple[Mapping[str, str], float]]:
        return [(one.labels, one.samples[0][1]) for one in stores.metrics.query(expression, now_ns)]

    made = summary(report, project, now_ns / 10**9, ask, dashboards)
    before = sender.handed("email") if "email" in sender.real else None
    sender.send_summary(made.subject, made.text, report, now_ns)
    deadline = time.monotonic() + timeout_s
    took = until(deadline, lambda: _took(stores, sender, made, now_ns, before), _POLL_S)
    return SentSummary(made, Arrival("info", "email", before is not None, took[0] if took else None))


def _took(stores: Stores, sender: AlertSender, made: Summary, now_ns: int, before: Handed | None) -> tuple[int, ...]:
    """How long it took to arrive (nanoseconds); empty while it has not."""
    if before is not None:
        now = sender.handed("email")
        more = (now.times - now.failed) - (before.times - before.failed)
        return (time.time_ns() - now_ns,) if more > 0 else ()
    came = (one for one in stores.alerts.deliveries(now_ns) if one.channel == "email" and one.title == made.subject)
    return tuple(one.time_ns - now_ns for one in came)
