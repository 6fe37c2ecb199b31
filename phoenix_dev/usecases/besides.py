"""Alerts that fire beside the one that a drill expects: which come with its fault, and which say nothing against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.drilling.host import HOST
from phoenix_dev.signals import burn
from phoenix_dev.signals.durations import window_s
from phoenix_dev.signals.rules import bound_of, indicators

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Alert
    from phoenix_dev.model.drill import Expected
    from phoenix_dev.signals.tuning import Tuning


def belongs(alert: Alert, expected: Expected, along: tuple[str, ...]) -> bool:
    """Whether an alert comes with the fault. Beside a critical one there may be the warning of the same name."""
    if alert.name == expected.alert:
        return expected.severity in (alert.severity, "critical")
    return alert.name in along


def explained(alert: Alert, expected: Expected, tuning: Tuning, time_scale: float) -> str:
    """Why an alert says nothing against a drill; empty when it does."""
    if alert.severity == "info":
        return "for information"
    if alert.labels.get("host_name", HOST) != HOST:
        return "true of this machine"
    if alert.name == burn.ALERT != expected.alert:
        return "an SLO's budget, which what fails uses up"
    if alert.name == expected.alert and _is_close(alert, expected, tuning, time_scale):
        return "in this scale of time not told apart"
    return ""


def _is_close(alert: Alert, expected: Expected, tuning: Tuning, time_scale: float) -> bool:
    """Whether the severities of an alert differ by how long it must last alone, and that is shorter here than its
    window: windows become no shorter than some samples, so what is over is still in them.
    """
    indicator = next((one for one in indicators(tuning) if one.alert == alert.name), None)
    levels = {level.severity: level for level in indicator.levels} if indicator else {}
    if indicator is None or not {alert.severity, expected.severity} <= levels.keys():
        return False
    ours, other = levels[expected.severity], levels[alert.severity]
    same = bound_of(indicator, ours, tuning) == bound_of(indicator, other, tuning)
    return same and other.for_s / time_scale < window_s(indicator.sampled_s, time_scale)
