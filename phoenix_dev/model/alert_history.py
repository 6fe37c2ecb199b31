"""Which alerts there were at which times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.alert import AlertState, Severity


@dataclass(frozen=True, slots=True)
class AlertLane:
    """An alert with its labels, and its state at each time of its history."""

    name: str
    severity: Severity
    labels: Mapping[str, str]
    states: tuple[AlertState, ...]


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """Alerts that were pending or fired, the most urgent first, over `times_ns` (Unix nanoseconds, equal steps).

    `left_out` counts those that there is no room for: they ended longest ago.
    """

    times_ns: tuple[int, ...]
    lanes: tuple[AlertLane, ...]
    left_out: int
