"""Drills on the real stack: one of each channel, and what one that was killed leaves."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.lifecycle.project import Project

_CPU = ("HostCpu", "critical")
_SCALE = 180


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def _lasting(endpoints: Any) -> float:
    """So long the processors of a host must be busy, as Prometheus has it now (seconds)."""
    groups = _get(f"{endpoints['prometheus']}/api/v1/rules")["data"]["groups"]
    rules = {(one["name"], one["labels"].get("severity")): one for group in groups for one in group["rules"]}
    return float(rules[_CPU]["duration"])


def _waits(endpoints: Any) -> str:
    return str(_get(f"{endpoints['alertmanager']}/api/v2/status")["config"]["original"])


@pytest.mark.parametrize(
    ("fault", "severity", "channel"), [("tool-errors", "critical", "pagerduty"), ("host-disk", "warning", "slack")]
)
def test_a_fault_leads_to_its_alert_in_its_channel_and_both_are_over_together(
    stack: tuple[Project, Any], fault: str, severity: str, channel: str
) -> None:
    project, endpoints = stack
    before = project.containers()
    ran = project("chaos", fault, "--severity", severity, "--time-scale", str(_SCALE), "--json")
    assert ran.code == 0, ran.stderr
    told = ran.json()
    assert told["proven"]
    assert told["stages"]["delivered"]["detail"].startswith(f"{channel}: {severity.upper()} ")
    assert told["stages"]["firing"]["after_ms"] < told["stages"]["told_resolved"]["after_ms"]
    wait_until(lambda: _lasting(endpoints) == 300, what="the usual rules")
    wait_until(lambda: "group_wait: 10s" in _waits(endpoints), what="the usual pace")
    assert project.containers() == before


def test_what_a_killed_drill_has_left_is_told_and_put_right_by_up(stack: tuple[Project, Any]) -> None:
    project, endpoints = stack
    before = project.containers()
    killed = project.start("chaos", "host-cpu", "--time-scale", "60")
    try:
        wait_until(lambda: _lasting(endpoints) == 5, 30, what="the drill's rules")
        wait_until(lambda: "group_wait: 1s" in _waits(endpoints), what="the drill's pace")
    finally:
        killed.kill()
        killed.communicate(timeout=10)
    assert "a drill was killed and has left rules" in project("alerts").stderr
    project.up()
    wait_until(lambda: _lasting(endpoints) == 300, what="the usual rules")
    wait_until(lambda: "group_wait: 10s" in _waits(endpoints), what="the usual pace")
    assert "drill" not in project("alerts").stderr
    assert project.containers() == before
