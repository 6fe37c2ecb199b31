"""What promtool shows of the rules on Prometheus (tests/live/rules), shown of the evaluator of the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.promql import evaluate
from phoenix_dev.promql.source import Stream
from phoenix_dev.signals.promtool import burning, cases
from phoenix_dev.signals.promtool.case import STEP_S
from phoenix_dev.signals.rules import alert_rules, recording_rules
from phoenix_dev.signals.tuning import Slo, Tuning
from tests.promql.notation import kept
from tests.promql.series import Kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.signals.promtool.case import Case, Check
    from phoenix_dev.signals.rule import AlertRule

#: When the series begin (Unix milliseconds).
BEGIN_MS = 1_767_323_045_000
SLOS = (Slo("answers", "orchestrator", 0.99), Slo("in time", "data-router", 0.995, 30, 0.5))
#: Labels, and a value as texts show it.
Seen = set[tuple[frozenset[tuple[str, str]], str]]


def firing(source: Kept, rule: AlertRule, at_s: int, every_s: int) -> Seen:
    """What fires of a rule: what it gave at each evaluation for as long as it wants."""
    since_s = max(0, at_s - int(rule.for_s))
    steps = range(BEGIN_MS + since_s * 1000, BEGIN_MS + at_s * 1000 + 1, every_s * 1000)
    if at_s - since_s < rule.for_s:
        return set()
    return {
        (frozenset({**without_name(series.labels), **rule.labels}.items()), f"{series.samples[-1][1]:.4g}")
        for series in evaluate.over(source, rule.expression, steps)
        if len(series.samples) == len(steps)
    }


def without_name(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != "__name__"}


def expected(check: Check, severity: str) -> Seen:
    return {
        (frozenset({**one.labels, "severity": severity}.items()), f"{one.value:.4g}")
        for one in check.firing
        if one.severity == severity
    }


@pytest.mark.parametrize("case", cases(Tuning()), ids=lambda case: case.name)
def test_the_embedded_evaluator_sees_what_prometheus_sees(case: Case) -> None:
    source = kept(case.series, STEP_S, BEGIN_MS)
    for check in case.checks:
        rules = [rule for rule in alert_rules(Tuning()) if rule.alert == check.alert]
        for severity in {rule.severity for rule in rules}:
            found = [firing(source, rule, check.at_s, STEP_S) for rule in rules if rule.severity == severity]
            assert set().union(*found) == expected(check, severity), f"{severity} at {check.at_s} s"


@pytest.mark.parametrize("slo", SLOS, ids=lambda slo: slo.name)
def test_budgets_burn_for_it_as_for_prometheus(slo: Slo) -> None:
    tuning = Tuning(slos=(slo,))
    for case in burning.cases(slo):
        end_s = max(check.at_s for check in case.checks)
        source = Kept(recorded(kept(case.series, STEP_S, BEGIN_MS), tuning, end_s))
        for check in case.checks:
            for rule in (rule for rule in alert_rules(tuning) if rule.group == "slos"):
                found = firing(source, rule, check.at_s, burning.EVALUATION_S)
                assert found == expected(check, rule.severity), f"{case.name}: {rule.severity} at {check.at_s} s"


def recorded(source: Kept, tuning: Tuning, end_s: int) -> list[Stream]:
    """What the recording rules make of series, evaluated once a minute."""
    steps = range(BEGIN_MS, BEGIN_MS + end_s * 1000 + 1, burning.EVALUATION_S * 1000)
    return [
        Stream(
            {"__name__": rule.record, **rule.labels},
            [time_ns // 10**6 for time_ns, _ in series.samples],
            [value for _, value in series.samples],
        )
        for rule in recording_rules(tuning)
        for series in evaluate.over(source, rule.expression, steps)
    ]
