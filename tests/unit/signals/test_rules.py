"""The rules: the table of requirement R24, what settings change of it, what a drill makes of it."""

from __future__ import annotations

import re
from itertools import groupby

import promql_parser
import pytest

from phoenix_dev.signals import burn
from phoenix_dev.signals.annotations import why_wrong
from phoenix_dev.signals.catalogue import BY_NAME, INDICATORS
from phoenix_dev.signals.rules import alert_rules, recording_rules
from phoenix_dev.signals.tuning import Slo, Tuning
from tests.examples import calls_in, read_by_the_command

SLOS = (Slo("answers", "orchestrator", 0.99), Slo("all, in time", "", 0.995, 30, 0.5))
RULES = alert_rules(Tuning(slos=SLOS))
PROMQL = [rule for rule in RULES if rule.source != "log"]
#: What our own evaluator is known to know.
FUNCTIONS = {
    "clamp_min", "histogram_quantile", "increase", "last_over_time", "max_over_time", "rate", "scalar", "sum_over_time",
}  # fmt: skip
AGGREGATIONS = {"avg", "count", "max", "min", "sum"}


def test_the_thresholds_are_those_of_the_table() -> None:
    minute = 60
    table = {
        "service_error_rate": [("warning", 0.01, 5 * minute), ("critical", 0.05, 3 * minute)],
        "api_latency_p95": [("warning", 0.5, 10 * minute), ("critical", 1.0, 5 * minute)],
        "llm_failure_rate": [("warning", 0.02, 5 * minute), ("critical", 0.10, 3 * minute)],
        "cpu": [("warning", 0.75, 15 * minute), ("critical", 0.90, 5 * minute)],
        "memory": [("warning", 0.80, 15 * minute), ("critical", 0.90, 5 * minute)],
        "disk": [("warning", 0.20, 0), ("critical", 0.10, 0)],
        "circuit_breaker": [("warning", 0, 5 * minute), ("critical", 1, 5 * minute)],
    }
    assert table == {name: [(one.severity, one.bound, one.for_s) for one in BY_NAME[name].levels] for name in table}
    assert [name for name in table if not BY_NAME[name].above] == ["disk"]


def test_names_are_unique_and_an_alert_is_of_one_kind() -> None:
    assert len(BY_NAME) == len(INDICATORS)
    for _, rows in groupby(sorted(INDICATORS, key=lambda one: one.alert), key=lambda one: one.alert):
        same = list(rows)
        assert len({(row.group, row.labels, row.dashboard) for row in same}) == 1
        severities = [level.severity for row in same for level in row.levels]
        assert len(set(severities)) == len(severities)


@pytest.mark.parametrize("rule", PROMQL, ids=lambda rule: f"{rule.alert}-{rule.severity}")
def test_an_expression_is_promql_of_the_plain_kind(rule: object) -> None:
    expression = getattr(rule, "expression", "")
    promql_parser.parse(expression)
    called = set(re.findall(r"\b([a-z_0-9]+) ?(?:by \([^)]*\) )?\(", re.sub(r'"[^"]*"', "", expression)))
    assert called - {"on", "by", "and", "or", "unless"} <= FUNCTIONS | AGGREGATIONS


def test_every_alert_says_what_to_do_and_where_to_look() -> None:
    for rule in RULES:
        assert rule.labels["severity"] == rule.severity
        assert set(rule.annotations) == {"summary", "description", "runbook", "dashboard"}
        assert re.fullmatch(r"phoenix-[a-z-]{1,32}", rule.annotations["dashboard"])
        assert rule.annotations["description"].endswith(".")
        for text in rule.annotations.values():
            assert why_wrong(text) == ""
            assert "{{ $value }}" not in text, "every value has a unit"
        assert "{{" not in rule.annotations["runbook"], "a command that is copied holds nothing of telemetry"


def test_the_commands_of_runbooks_are_understood() -> None:
    runbooks = {rule.annotations["runbook"] for rule in RULES}
    commands = re.findall(r"`(phoenix-dev [^`]+)`", "".join(runbooks))
    calls = calls_in("\n".join(commands).replace("METHOD URL", "GET localhost:1"))
    assert len(calls) >= len(runbooks)
    for call in calls:
        read_by_the_command(call)


def test_labels_that_texts_name_are_those_that_the_alert_has() -> None:
    for indicator in INDICATORS:
        named = set(re.findall(r"\$labels\.(\w+)", indicator.summary + indicator.description))
        assert named <= set(indicator.labels)


def test_a_threshold_of_the_settings_stands_in_the_rule_and_in_its_text() -> None:
    tuning = Tuning(thresholds={"service_error_rate": {"critical": 0.2}, "disk": {"warning": 0.3}})
    rules = {(rule.indicator, rule.severity): rule for rule in alert_rules(tuning)}
    critical = rules["service_error_rate", "critical"]
    assert critical.expression.endswith(" > 0.2")
    assert critical.annotations["description"].endswith("That is above 20% for 3m.")
    assert rules["service_error_rate", "warning"].expression.endswith(" > 0.01")
    assert rules["disk", "warning"].expression.endswith(" < 0.3")
    assert rules["disk", "warning"].annotations["description"].endswith("That is below 30%.")


def test_a_drill_divides_what_takes_time() -> None:
    for usual, drilled in zip(RULES, alert_rules(Tuning(slos=SLOS, time_scale=60)), strict=True):
        assert drilled.for_s == pytest.approx(usual.for_s / 60)
        assert "{" not in re.sub(r'\{[^{}]*[="][^{}]*\}|\{\}', "", drilled.expression), "nothing is left to fill"
    (latency,) = (rule for rule in alert_rules(Tuning(time_scale=60)) if rule.indicator == "new_service")
    assert "offset 10s" in latency.expression
    assert "offset 1m" in latency.expression


def test_a_rule_on_logs_can_be_evaluated_without_logql() -> None:
    for rule in RULES:
        assert (rule.log is not None) == (rule.source == "log")
    fatal = next(rule for rule in RULES if rule.log)
    assert fatal.log is not None
    assert (fatal.log.min_severity, fatal.log.window_s, fatal.log.bound) == (21, 60, 0)


def test_an_slo_is_recorded_before_its_alerts_read_it() -> None:
    names = [(rule.record, rule.labels) for rule in recording_rules(Tuning(slos=SLOS))]
    assert names == [
        ("slo:requests:rate", {"slo": "answers", "service_name": "orchestrator"}),
        ("slo:requests_bad:rate", {"slo": "answers", "service_name": "orchestrator"}),
        ("slo:requests:rate", {"slo": "all, in time"}),
        ("slo:requests_bad:rate", {"slo": "all, in time"}),
    ]
    read = {name for rule in RULES if rule.group == "slos" for name in re.findall(r"slo:\w+:\w+", rule.expression)}
    assert read == {name for name, _ in names}


def test_burn_rates_are_those_of_the_sre_workbook() -> None:
    hour, day = 3600, 86_400
    assert [(level.severity, [(w.long_s, w.short_s, w.burn) for w in level.windows]) for level in burn.LEVELS] == [
        ("critical", [(hour, 300, 14.4), (6 * hour, 1800, 6.0)]),
        ("warning", [(day, 2 * hour, 3.0), (3 * day, 6 * hour, 1.0)]),
    ]


def test_a_name_of_an_slo_cannot_become_more_than_a_name() -> None:
    slo = Slo('a"} or vector(1) #\n', 'b"\\', 0.9)
    for expression in (burn.burn_rate(slo, "1h"), *(rule.expression for rule in burn.recording_rules(slo, 1))):
        (selector,) = {str(one) for one in re.findall(r'(?:slo|service_name)=("(?:[^"\\]|\\.)*")', expression)}
        assert selector in (r'"a\"} or vector(1) #\u000a"', r'"b\"\\"')
        promql_parser.parse(expression)
