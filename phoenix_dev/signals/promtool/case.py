"""A test of alerts as data, and in the form that promtool reads (Prometheus, "Unit testing for rules")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phoenix_dev.signals.annotations import rendered
from phoenix_dev.signals.durations import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phoenix_dev.model.alert import Severity
    from phoenix_dev.signals.rule import AlertRule

#: Between two samples of a series, and between two evaluations of the rules (seconds).
STEP_S = 15


@dataclass(frozen=True, slots=True)
class Input:
    """A series: `first` at the beginning, by `step` more with each sample; before that, the samples of `before`.

    `lasts`: it goes on when all else stops.
    """

    series: str
    first: float = 0.0
    step: float = 0.0
    before: tuple[float, ...] = ()
    lasts: bool = False

    def values(self, until_s: int, silent_s: int = 0) -> str:
        """Its samples up to a time, in promtool's notation. After that a counter stands still and a gauge ends."""
        many = (until_s + silent_s * self.lasts) // STEP_S - len(self.before)
        going_on = f"{_number(self.first)}{'+' if self.step >= 0 else '-'}{_number(abs(self.step))}x{many}"
        still = silent_s // STEP_S if self.step and not self.lasts else 0
        rest = [f"{_number(self.first + many * self.step)}x{still - 1}"] if still else []
        return " ".join([*map(_number, self.before), going_on, *rest])


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that has to fire: its severity, its labels beside that, and its value."""

    severity: Severity
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Check:
    """What fires of one name at a time after the beginning: exactly this."""

    at_s: int
    alert: str
    firing: tuple[Firing, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A test: series by their selectors, their samples in promtool's notation, and what is to be seen."""

    name: str
    series: Mapping[str, str]
    checks: tuple[Check, ...]


def document(
    rule_files: Sequence[str], cases: Iterable[Case], rules: Sequence[AlertRule], evaluation_s: int = STEP_S
) -> dict[str, Any]:
    """A file of tests for promtool. The texts of alerts are those that our own rendering gives."""
    return {
        "rule_files": list(rule_files),
        "evaluation_interval": written(evaluation_s),
        "tests": [_test(case, rules) for case in cases],
    }


def _test(case: Case, rules: Sequence[AlertRule]) -> dict[str, Any]:
    return {
        "name": case.name,
        "interval": written(STEP_S),
        "input_series": [{"series": series, "values": values} for series, values in case.series.items()],
        "alert_rule_test": [
            {
                "eval_time": f"{check.at_s}s",
                "alertname": check.alert,
                "exp_alerts": [_alert(check, firing, rules) for firing in check.firing],
            }
            for check in case.checks
        ],
    }


def _alert(check: Check, firing: Firing, rules: Sequence[AlertRule]) -> dict[str, Any]:
    rule = _rule(check.alert, firing, rules)
    annotations = {name: rendered(text, firing.labels, firing.value) for name, text in rule.annotations.items()}
    return {"exp_labels": {"severity": firing.severity, **firing.labels}, "exp_annotations": annotations}


def _rule(alert: str, firing: Firing, rules: Sequence[AlertRule]) -> AlertRule:
    """The rule of that name and severity; where SLOs have one each, that of the SLO."""
    found = [rule for rule in rules if rule.alert == alert and rule.severity == firing.severity]
    slo = firing.labels.get("slo", "")
    return next(rule for rule in found if len(found) == 1 or f'{{slo="{slo}"}}' in rule.expression)


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".") or "0"
