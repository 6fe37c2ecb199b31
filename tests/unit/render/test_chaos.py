"""A drill as it is shown."""

from __future__ import annotations

from dataclasses import replace

from phoenix_dev.model.drill import DrillReport, Expected, Other, Reached
from phoenix_dev.render.chaos import event_line, plan_lines, report_json, report_lines
from phoenix_dev.render.output import json_text
from phoenix_dev.usecases.chaos import failure_of

EXPECTED = Expected("HostDisk", "warning", {"host_name": "drill"})
STAGES = (
    Reached("pending", None, "its rule fires at once"),
    Reached("firing", 1.04, "drill: /drill has 15% free"),
    Reached("delivered", 2.0, "slack: WARNING \x1b[2J"),
)
MISSED = (*STAGES, Reached("recovered", 2.1), Reached("resolved", None, "not within 9 s"))
TRUE = Other("HostCpu", "critical", "busy", 3.0, "true of this machine")
WRONG = Other("TelemetryDropped", "warning", "lost", 3.0)


def report(*stages: Reached, others: tuple[Other, ...] = (), missed: bool = False) -> DrillReport:
    return DrillReport("a full disk", EXPECTED, 60.0, stages, others, "resolved" if missed else None)


def shown(event: Reached | Other) -> str:
    return event_line(event, width=80, clip=True).plain


def test_each_stage_is_a_line_with_the_seconds_since_the_fault_began() -> None:
    assert shown(STAGES[0]) == "· pending          –  its rule fires at once"
    assert shown(STAGES[1]) == "✓ firing       1.0 s  drill: /drill has 15% free"
    assert shown(STAGES[2]) == r"✓ delivered    2.0 s  slack: WARNING \x1b[2J"
    assert shown(MISSED[-1]) == "✗ resolved         –  not within 9 s"
    assert shown(TRUE) == "• besides      3.0 s  HostCpu (critical)  true of this machine: busy"
    assert shown(WRONG) == "! besides      3.0 s  TelemetryDropped (warning)  not expected: lost"


def test_the_table_has_a_column_for_each_stage() -> None:
    _, head, line = (one.plain.split() for one in report_lines(report(*STAGES), width=99, clip=True))
    assert head == ["ALERT", "SEVERITY", "PENDING", "FIRING", "DELIVERED", "RECOVERED", "RESOLVED", "TOLD", "SO"]
    assert line == ["✓", "HostDisk", "warning", "–", "1.0", "s", "2.0", "s", "–", "–", "–"]


def test_the_table_fits_a_terminal_of_80_columns() -> None:
    longest = replace(report(*STAGES), expected=Expected("CircuitBreakerOpen", "critical"))
    shown = [one.plain for one in report_lines(longest, width=80, clip=True)][1:]
    assert all(len(line) <= 80 for line in shown)
    assert shown[0].split() == ["ALERT", "SEVERITY", "PENDING", "FIRING", "DELIVERED", "RESOLVED", "TOLD", "SO"]
    assert shown[1].split() == ["✓", "CircuitBreakerOpen", "critical", "–", "1.0", "s", "2.0", "s", "–", "–"]


def test_what_is_expected_is_said_beforehand_and_so_is_the_scale_of_time() -> None:
    expected = ["a full disk.", "Expected: HostDisk (warning) of host_name=drill, slack."]
    assert list(plan_lines("a full disk", EXPECTED, 1)) == expected
    assert "divided by 60" in list(plan_lines("a full disk", EXPECTED, 60))[2]


def test_a_drill_fails_by_what_does_not_come_and_by_what_nobody_expected() -> None:
    assert failure_of(report(*STAGES, others=(TRUE,))) is None
    missed, wrong = failure_of(report(*MISSED, missed=True)), failure_of(report(*STAGES, others=(TRUE, WRONG)))
    assert missed is not None
    assert wrong is not None
    assert missed.message == "HostDisk (warning), resolved: not within 9 s"
    assert wrong.message == "nobody expected TelemetryDropped (warning)"
    assert report_json(report(*MISSED, missed=True))["proven"] is False
    told = report_json(report(*STAGES, others=(WRONG,)))
    assert told["stages"]["firing"] == {"after_ms": 1040, "detail": "drill: /drill has 15% free"}
    assert json_text(told).isascii()
