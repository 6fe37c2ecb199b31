"""What is unusual in logs: templates that are new, have vanished, or come at another rate than their past explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phoenix_dev.model.log import Level, LogLine

AnomalyKind = Literal["new", "vanished", "more", "fewer"]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One finding. `template` has `‹*›` in the place of what varies; it is empty where a whole service is meant.

    `templates` is how many it stands for. `before` lines came in the baseline, `now` in the recent window, in which
    `expected` were to be expected by what came before. `slots` counts them over both, the last `recent_slots` of the
    report being the recent ones. `surprise` says how unlikely that is by its own past, as -log2 of a probability
    (bits); `score` orders findings: surprise, and how much such a line matters. `period_ns` is 0 unless it came
    regularly. Times are Unix nanoseconds.
    """

    kind: AnomalyKind
    service: str
    level: Level
    template: str
    templates: int
    before: int
    now: int
    expected: float
    slots: tuple[int, ...]
    surprise: float
    score: float
    period_ns: int
    first_ns: int
    last_ns: int
    example: LogLine

    @property
    def factor(self) -> float | None:
        """How many times as many as expected; None where nothing was."""
        return self.now / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class AnomalyReport:
    """What was compared and what was found, the highest score first.

    The recent window is from `since_ns` to `until_ns`; before it, from `baseline_ns` on, lies what it is compared with:
    the two are the same where there is nothing before. `reading_ns` and `comparing_ns` are how long that took.
    """

    baseline_ns: int
    since_ns: int
    until_ns: int
    recent_slots: int
    lines: int
    templates: int
    services: int
    anomalies: tuple[Anomaly, ...]
    reading_ns: int
    comparing_ns: int
