"""What a project changes about the indicators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.alert import Severity
    from phoenix_dev.signals.indicator import Indicator

#: Services whose requests are kept, and whose trouble is told first, unless the settings name others (requirement R7).
CRITICAL_SERVICES = ("orchestrator", "data-router", "llm-service")


@dataclass(frozen=True, slots=True)
class Slo:
    """A promise: `objective` (0 to 1) of the requests of `service` (empty: of all) are good within `window_days`.

    Good is a request without an error and, where `latency_s` is given (seconds, not 0), no longer than that.
    """

    name: str
    service: str
    objective: float
    window_days: int = 30
    latency_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """`thresholds`: other bounds, by indicator and severity. `time_scale`: all durations and windows are divided by it,
    for a drill; windows stay long enough for two samples.
    """

    thresholds: Mapping[str, Mapping[Severity, float]] = field(default_factory=dict)
    critical_services: tuple[str, ...] = CRITICAL_SERVICES
    slos: tuple[Slo, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    time_scale: float = 1.0
