"""The rules that a tuning gives: what Prometheus, Loki and the embedded engine evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals import burn
from phoenix_dev.signals.annotations import in_unit, worded
from phoenix_dev.signals.catalogue import INDICATORS
from phoenix_dev.signals.durations import filled, window_s, written
from phoenix_dev.signals.rule import AlertRule, LogCondition, RecordingRule

if TYPE_CHECKING:
    from phoenix_dev.signals.indicator import Indicator, Level
    from phoenix_dev.signals.tuning import Tuning


def indicators(tuning: Tuning) -> tuple[Indicator, ...]:
    """Those that are there without settings, and those that settings add."""
    return (*INDICATORS, *tuning.indicators)


def alert_rules(tuning: Tuning) -> tuple[AlertRule, ...]:
    """A rule for every indicator and severity, and for every SLO."""
    rules = [
        _rule(indicator, level, bound_of(indicator, level, tuning), tuning.time_scale)
        for indicator in indicators(tuning)
        for level in indicator.levels
    ]
    return (*rules, *(rule for slo in tuning.slos for rule in burn.alert_rules(slo, tuning.time_scale)))


def recording_rules(tuning: Tuning) -> tuple[RecordingRule, ...]:
    """What alert rules read of series that are kept for them, in the order in which it is to be evaluated."""
    return tuple(rule for slo in tuning.slos for rule in burn.recording_rules(slo, tuning.time_scale))


def bound_of(indicator: Indicator, level: Level, tuning: Tuning) -> float:
    """From where on a level is reached."""
    return tuning.thresholds.get(indicator.name, {}).get(level.severity, level.bound)


def _rule(indicator: Indicator, level: Level, bound: float, time_scale: float) -> AlertRule:
    value = filled(indicator.expression, indicator.sampled_s, time_scale)
    for_s = level.for_s / time_scale
    return AlertRule(
        alert=indicator.alert,
        severity=level.severity,
        expression=f"({value}) {'>' if indicator.above else '<'} {bound!r}".removesuffix(".0"),
        for_s=for_s,
        labels={"severity": level.severity},
        annotations={
            "summary": in_unit(indicator.summary, indicator.unit),
            "description": in_unit(indicator.description, indicator.unit) + _limit(indicator, bound, for_s),
            "runbook": indicator.runbook,
            "dashboard": indicator.dashboard,
        },
        indicator=indicator.name,
        source=indicator.source,
        group=indicator.group,
        log=_log_condition(indicator, bound, time_scale),
    )


def _limit(indicator: Indicator, bound: float, for_s: float) -> str:
    """The end of a description: what was reached, and for how long."""
    lasting = f" for {written(for_s)}" if for_s else ""
    if indicator.unit == "bool" or (indicator.above and bound == 0):
        return f" This has been so{lasting}." if lasting else ""
    return f" That is {'above' if indicator.above else 'below'} {worded(bound, indicator.unit)}{lasting}."


def _log_condition(indicator: Indicator, bound: float, time_scale: float) -> LogCondition | None:
    if indicator.log is None:
        return None
    return LogCondition(indicator.log.min_severity, window_s(indicator.sampled_s, time_scale), bound)
