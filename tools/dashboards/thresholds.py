"""From where a value is yellow, and from where red: the alerts' warning and critical."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import Threshold, ThresholdsMode

from phoenix_dev.signals.catalogue import BY_NAME

if TYPE_CHECKING:
    from grafana_foundation_sdk.cog.builder import Builder
    from grafana_foundation_sdk.models import dashboard


def limits_of(indicator: str) -> tuple[float | None, float]:
    """Where the warning and where the critical alert of an indicator begin; None: it has no warning."""
    bounds = {level.severity: level.bound for level in BY_NAME[indicator].levels}
    return bounds.get("warning"), bounds["critical"]


#: Failed requests, of all of them.
ERROR_RATIO = limits_of("service_error_rate")
#: The 95th percentile of the duration in seconds.
P95_S = limits_of("api_latency_p95")
#: One is one too many.
ANY = (None, 1.0)


def turned(limits: tuple[float | None, float]) -> tuple[float | None, float]:
    """The limits of what is used, given those of what is left; both are parts of a whole."""
    warning, critical = limits
    return None if warning is None else round(1 - warning, 6), round(1 - critical, 6)


def steps(warning: float | None, critical: float) -> Builder[dashboard.ThresholdsConfig]:
    """Green, then yellow from `warning` on (None: never), then red from `critical` on."""
    coloured = [Threshold(None, "green")]
    if warning is not None:
        coloured.append(Threshold(warning, "yellow"))
    coloured.append(Threshold(critical, "red"))
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(coloured)
