"""SLOs: how fast their error budget burns.

An alert looks at two windows at once, as the SRE workbook advises ("Alerting on SLOs", multiwindow, multi-burn-rate):
the long one says that a notable part of the budget is gone, the short one that it goes on. A burn of 1 uses the budget
up within exactly the SLO's own window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quoted import quoted
from phoenix_dev.signals.annotations import humanize_percentage
from phoenix_dev.signals.durations import filled, written
from phoenix_dev.signals.measures import labels, rate
from phoenix_dev.signals.names import (
    DURATIONS,
    FAILED,
    NOT_FAILED,
    OVERVIEW_DASHBOARD,
    REQUESTS,
    SERVICE_DASHBOARD,
    SLO_BAD_REQUESTS,
    SLO_REQUESTS,
)
from phoenix_dev.signals.rule import AlertRule, RecordingRule

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Severity
    from phoenix_dev.signals.tuning import Slo

ALERT = "ErrorBudgetBurn"
INDICATOR = "error_budget_burn"
#: How often the collector hands its counts on (seconds).
_SAMPLED_S = 5
_HOUR, _DAY = 3600, 86_400
_RUNBOOK = """\
1. `phoenix-dev traces --service SERVICE --error --since 1h`: what fails; `--min-duration` where the SLO has a latency.
2. `phoenix-dev trace last-error`: the cause of one of them.
3. Critical: what was changed last? Undo that first, find out why after it.
4. Warning: no hurry, but at this rate the budget does not last.
"""


@dataclass(frozen=True, slots=True)
class Windows:
    """A pair of windows (seconds), and the burn that is too fast in both of them."""

    long_s: int
    short_s: int
    burn: float


@dataclass(frozen=True, slots=True)
class BurnLevel:
    """A severity: any of its pairs, for so many seconds."""

    severity: Severity
    windows: tuple[Windows, Windows]
    for_s: int


LEVELS = (
    BurnLevel("critical", (Windows(_HOUR, 300, 14.4), Windows(6 * _HOUR, 1800, 6.0)), 120),
    BurnLevel("warning", (Windows(_DAY, 2 * _HOUR, 3.0), Windows(3 * _DAY, 6 * _HOUR, 1.0)), 900),
)


def recording_rules(slo: Slo, time_scale: float) -> tuple[RecordingRule, RecordingRule]:
    """The requests of an SLO and the bad ones among them, a second: windows of days then read one series each."""
    return (
        RecordingRule(SLO_REQUESTS, _in_window(_all(slo), time_scale), identity(slo)),
        RecordingRule(SLO_BAD_REQUESTS, _in_window(_bad(slo), time_scale), identity(slo)),
    )


def alert_rules(slo: Slo, time_scale: float) -> tuple[AlertRule, ...]:
    """One rule a severity."""
    return tuple(_alert_rule(slo, level, time_scale) for level in LEVELS)


def identity(slo: Slo) -> dict[str, str]:
    """The labels of its series."""
    return {"slo": slo.name} | ({"service_name": slo.service} if slo.service else {})


def burn_rate(slo: Slo, window: str) -> str:
    """How many times faster than it may the budget burned within a window."""
    chosen = labels(f"slo={quoted(slo.name)}")
    bad, everything = (f"sum_over_time({series}{chosen}[{window}])" for series in (SLO_BAD_REQUESTS, SLO_REQUESTS))
    return f"{bad} / ({everything} > 0) / {budget(slo)!r}"


def budget(slo: Slo) -> float:
    """The part of the requests that may be bad."""
    return round(1 - slo.objective, 9)


def _alert_rule(slo: Slo, level: BurnLevel, time_scale: float) -> AlertRule:
    too_fast = [_too_fast(slo, windows, time_scale) for windows in level.windows]
    for_s = level.for_s / time_scale
    about = f" of {slo.service}" if slo.service else ""
    return AlertRule(
        alert=ALERT,
        severity=level.severity,
        expression=" or ".join(f"({one})" for one in too_fast),
        for_s=for_s,
        labels={"severity": level.severity, **identity(slo)},
        annotations={
            "summary": "SLO {{ $labels.slo }}: its error budget burns {{ $value | humanize }} times too fast",
            "description": f"{humanize_percentage(slo.objective)} of the requests{about} are to be good within"
            f" {slo.window_days} days. At this rate the budget for the others lasts"
            " 1/{{ $value | humanize }} of that." + f" This has been so for {written(for_s)}.",
            "runbook": _RUNBOOK,
            "dashboard": SERVICE_DASHBOARD if slo.service else OVERVIEW_DASHBOARD,
        },
        indicator=INDICATOR,
        source="span",
        group="slos",
    )


def _too_fast(slo: Slo, windows: Windows, time_scale: float) -> str:
    both = (windows.long_s, windows.short_s)
    return " and ".join(
        f"{burn_rate(slo, written(seconds / time_scale))} > {windows.burn!r}".removesuffix(".0") for seconds in both
    )


def _in_window(expression: str, time_scale: float) -> str:
    return filled(expression, _SAMPLED_S, time_scale)


def _of(slo: Slo) -> tuple[str, ...]:
    return (f"service_name={quoted(slo.service)}", REQUESTS) if slo.service else (REQUESTS,)


def _all(slo: Slo) -> str:
    return rate(*_of(slo), window="{window}")


def _bad(slo: Slo) -> str:
    everything = _all(slo)
    if not slo.latency_s:
        return f"{rate(*_of(slo), FAILED, window='{window}')} or {everything} * 0"
    bound = f"{slo.latency_s:g}"
    good = f"sum (rate({DURATIONS}{labels(*_of(slo), NOT_FAILED, f'le={quoted(bound)}')}[{{window}}]))"
    return f"clamp_min({everything} - ({good} or {everything} * 0), 0)"
