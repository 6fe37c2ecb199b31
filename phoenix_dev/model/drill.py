"""A drill: a fault on purpose, the alert that it must lead to, and when that came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from phoenix_dev.model.alert import CHANNEL_OF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.model.alert import Alert, Channel, Severity

#: In their order. `recovered`: the fault was taken away. `told_resolved`: the message that says so was delivered.
Stage = Literal["pending", "firing", "delivered", "recovered", "resolved", "told_resolved"]
STAGES: tuple[Stage, ...] = ("pending", "firing", "delivered", "recovered", "resolved", "told_resolved")


@dataclass(frozen=True, slots=True)
class Expected:
    """The alert that is expected: its name and severity, and labels that it must have at least."""

    alert: str
    severity: Severity
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def channel(self) -> Channel:
        """Where it must be told."""
        return CHANNEL_OF[self.severity]

    def is_met_by(self, alert: Alert) -> bool:
        """Whether an alert is the one."""
        has = alert.labels.items()
        return (alert.name, alert.severity) == (self.alert, self.severity) and self.labels.items() <= has


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage that was reached `after_s` seconds after the fault began; None for one that there is not, or was not
    reached in time. `detail` says what was seen, or why there is nothing.
    """

    stage: Stage
    after_s: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """An alert that nobody expected, so long (seconds) after the fault began. `explained`: why it counts for nothing;
    empty when the drill has failed by it.
    """

    alert: str
    severity: Severity
    summary: str
    after_s: float
    explained: str = ""


@dataclass(frozen=True, slots=True)
class DrillReport:
    """What came of a drill. `fault` says in words what was done; `missed` is the stage that did not come in time."""

    fault: str
    expected: Expected
    time_scale: float
    stages: tuple[Reached, ...]
    others: tuple[Other, ...]
    missed: Stage | None = None

    def after_s(self, stage: Stage) -> float | None:
        """When a stage was reached."""
        return next((one.after_s for one in self.stages if one.stage == stage), None)

    @property
    def proven(self) -> bool:
        """Whether all came as it was expected, and nothing else did."""
        return self.missed is None and all(one.explained for one in self.others)
