"""The settings that the process goes by: other bounds, SLOs and indicators, and who hears of alerts.

Secrets are not in it, only where they lie: whoever lists processes sees what they are started with.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from phoenix_dev.settings.values import Alerts, Email
from phoenix_dev.signals.indicator import Indicator, Level, LogCount
from phoenix_dev.signals.tuning import Slo, Tuning

if TYPE_CHECKING:
    from phoenix_dev.settings import Settings


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """`tuning` of the rules; `alerts`: the settings of that name."""

    project: str = "phoenix"
    tuning: Tuning = field(default_factory=Tuning)
    alerts: Alerts = field(default_factory=Alerts)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What these settings say."""
        return cls(settings.project, settings.tuning, settings.alerts)

    def to_text(self) -> str:
        """As one line, which is the same for the same settings."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` wrote; of nothing, what holds without settings."""
        if not text:
            return cls()
        found = json.loads(text)
        alerts = Alerts(**{**found["alerts"], "email": Email(**found["alerts"]["email"])})
        return cls(found["project"], _tuning(found["tuning"]), alerts)


def _tuning(found: dict[str, Any]) -> Tuning:
    return Tuning(
        thresholds=found["thresholds"],
        critical_services=tuple(found["critical_services"]),
        slos=tuple(Slo(**one) for one in found["slos"]),
        indicators=tuple(_indicator(one) for one in found["indicators"]),
        time_scale=found["time_scale"],
    )


def _indicator(found: dict[str, Any]) -> Indicator:
    levels = tuple(Level(**one) for one in found["levels"])
    log = LogCount(**found["log"]) if found["log"] else None
    return Indicator(**{**found, "labels": tuple(found["labels"]), "levels": levels, "log": log})
