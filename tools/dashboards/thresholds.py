"""From where a value is yellow, and from where red: the alerts' warning and critical."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import Threshold, ThresholdsMode

if TYPE_CHECKING:
    from grafana_foundation_sdk.cog.builder import Builder
    from grafana_foundation_sdk.models import dashboard

#: Failed requests: above 1 % of all a warning, above 5 % critical.
ERROR_RATIO = (0.01, 0.05)
#: The 95th percentile of the duration in seconds.
P95_S = (0.5, 1.0)
#: One is one too many.
ANY = (None, 1.0)


def steps(warning: float | None, critical: float) -> Builder[dashboard.ThresholdsConfig]:
    """Green, then yellow from `warning` on (None: never), then red from `critical` on."""
    coloured = [Threshold(None, "green")]
    if warning is not None:
        coloured.append(Threshold(warning, "yellow"))
    coloured.append(Threshold(critical, "red"))
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(coloured)
