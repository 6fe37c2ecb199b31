"""Which alerts there were over a time: both runtimes keep them as the series that Prometheus makes of its alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.alert import SEVERITIES
from phoenix_dev.model.alert_history import AlertHistory, AlertLane

if TYPE_CHECKING:
    from phoenix_dev.model.alert import AlertState, Severity
    from phoenix_dev.model.series import Series
    from phoenix_dev.stores import Stores

STEPS = 120
_MOST_LANES = 40
_STATES: dict[str, AlertState] = {"pending": "pending", "firing": "firing"}
_OWN = ("__name__", "alertname", "alertstate", "severity")
_MS = 10**6


def read_history(stores: Stores, since_ns: int, until_ns: int) -> AlertHistory:
    """The alerts that were pending or fired from then to then."""
    step_ns = max(_MS, (until_ns - since_ns) // (STEPS - 1) // _MS * _MS)
    last_ns = until_ns // _MS * _MS
    times = tuple(last_ns - step_ns * back for back in range(STEPS - 1, -1, -1))
    found = stores.metrics.query_range("ALERTS", times[0], times[-1], step_ns)
    states: dict[tuple[tuple[str, str], ...], dict[int, AlertState]] = {}
    for series in found:
        labels = series.labels
        if labels.get("alertname") and labels.get("alertstate") in _STATES:
            key = tuple(
                sorted((name, value) for name, value in labels.items() if name not in ("__name__", "alertstate"))
            )
            _add(states.setdefault(key, {}), series)
    lanes = [_lane(dict(key), at, times) for key, at in states.items()]
    lanes.sort(key=lambda lane: -_ended(lane))
    kept = sorted(lanes[:_MOST_LANES], key=_order)
    return AlertHistory(times, tuple(kept), len(lanes) - len(kept))


def _add(at: dict[int, AlertState], series: Series) -> None:
    """One that fires is pending no more, although its last sample still counts for a moment."""
    state = _STATES[series.labels["alertstate"]]
    for time_ns, _ in series.samples:
        if state == "firing" or time_ns not in at:
            at[time_ns] = state


def _lane(labels: dict[str, str], at: dict[int, AlertState], times: tuple[int, ...]) -> AlertLane:
    others = {name: value for name, value in labels.items() if name not in _OWN}
    return AlertLane(labels["alertname"], _severity(labels), others, tuple(at.get(time, "inactive") for time in times))


def _severity(labels: dict[str, str]) -> Severity:
    return next((one for one in SEVERITIES if one == labels.get("severity")), "info")


def _ended(lane: AlertLane) -> int:
    return max(place for place, state in enumerate(lane.states) if state != "inactive")


def _order(lane: AlertLane) -> tuple[int, str, list[tuple[str, str]]]:
    return SEVERITIES.index(lane.severity), lane.name, sorted(lane.labels.items())
