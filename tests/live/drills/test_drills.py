"""Drills on the real stack: one of each channel, and what one that was killed leaves."""

from __future__ import annotations

import json
import time
import urllib.request
from array import array
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from phoenix_dev.promql.source import Stream
from phoenix_dev.signals.rules import alert_rules
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.watching.rules import WatchedRule
from tests.live.lifecycle.project import Project
from tests.promql.series import Kept
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

_CPU = ("HostCpu", "critical")
_SCALE = 180
#: So long (ms) a sample may be on its way to Prometheus, which evaluates meanwhile without it.
_LATE_MS = 10_000
#: By service and severity, the state of an alert by the time of the evaluation (Unix milliseconds).
States = dict[tuple[str, str], dict[int, str]]


@pytest.fixture(scope="module")
def stack(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Any]]:
    del engine
    project = Project(tmp_path_factory.mktemp("drills"))
    try:
        yield project, project.up()["endpoints"]
    finally:
        project("demo", "stop")
        project.clear()


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
    assert told["stages"]["firing"]["after_s"] < told["stages"]["told_resolved"]["after_s"]
    wait_until(lambda: _lasting(endpoints) == 300, 10, what="the usual rules")
    wait_until(lambda: "group_wait: 10s" in _waits(endpoints), 10, what="the usual pace")
    assert project.containers() == before


def test_the_same_series_evaluated_here_have_the_same_states_at_every_evaluation(stack: tuple[Project, Any]) -> None:
    """Those that the drill of errors has left in Prometheus, by the code that evaluates on the embedded runtime."""
    project, endpoints = stack
    theirs = _states_of_prometheus(endpoints["prometheus"])
    assert {"pending", "firing"} <= {state for states in theirs.values() for state in states.values()}, project.name
    # While the drill was on: when the critical alerts do not fire any more, it ends, and with it the scale of time.
    first = min(at for states in theirs.values() for at in states)
    critical = [states for (_, severity), states in theirs.items() if severity == "critical"]
    last = max(at for states in critical for at, state in states.items() if state == "firing")
    evaluations = range(first - _LATE_MS, last + 1, 1_000)
    ours = _states_of_ours(_kept(endpoints["prometheus"]), evaluations)
    assert ours.keys() == theirs.keys()
    for key in theirs:
        changed, expected = _changes(ours[key], evaluations), _changes(theirs[key], evaluations)
        assert [state for _, state in changed] == [state for _, state in expected], key
        late = [seen - at for (at, _), (seen, _) in zip(changed, expected, strict=True)]
        assert all(-1_000 <= one <= _LATE_MS for one in late), (key, late)


def _changes(states: dict[int, str], evaluations: range) -> list[tuple[int, str]]:
    """When an alert came into which state."""
    found = [(evaluations[0], "")]
    for at in evaluations:
        now = states.get(at) or states.get(at + 1_000, "")  # one evaluation may be left out by a busy Prometheus
        if now != found[-1][1]:
            found.append((at, now))
    return found


def _samples(prometheus: str, selector: str) -> Iterator[tuple[dict[str, str], dict[int, float]]]:
    """Every series of the last minutes, as it was kept."""
    asked = urlencode({"query": f"{selector}[10m]", "time": time.time()})
    for one in _get(f"{prometheus}/api/v1/query?{asked}")["data"]["result"]:
        yield one["metric"], {round(float(at) * 1000): float(value) for at, value in one["values"]}


def _states_of_prometheus(prometheus: str) -> States:
    found: States = {}
    for labels, samples in _samples(prometheus, 'ALERTS{alertname="ServiceErrorRate"}'):
        states = found.setdefault((labels["service_name"], labels["severity"]), {})
        states |= dict.fromkeys(samples, labels["alertstate"])
    return found


def _kept(prometheus: str) -> Kept:
    found = _samples(prometheus, "traces_span_metrics_calls_total")
    return Kept([Stream(labels, array("q", samples), array("d", samples.values())) for labels, samples in found])


def _states_of_ours(kept: Kept, evaluations: range) -> States:
    rules = [one for one in alert_rules(Tuning(time_scale=_SCALE)) if one.alert == "ServiceErrorRate"]
    watched = [WatchedRule(rule, 1_000) for rule in rules]
    found: States = {}
    for at in evaluations:
        for one in watched:
            one.evaluate(kept, at)
            for alert in one.state.alerts:
                found.setdefault((alert.labels["service_name"], alert.severity), {})[at] = alert.state
    return found


def test_what_a_killed_drill_has_left_is_told_and_put_right_by_up(stack: tuple[Project, Any]) -> None:
    project, endpoints = stack
    before = project.containers()
    killed = project.start("chaos", "host-cpu", "--time-scale", "60")
    try:
        wait_until(lambda: _lasting(endpoints) == 5, 30, what="the drill's rules")
        wait_until(lambda: "group_wait: 1s" in _waits(endpoints), 10, what="the drill's pace")
    finally:
        killed.kill()
        killed.communicate(timeout=10)
    assert "a drill was killed and has left rules" in project("alerts").stderr
    project.up()
    wait_until(lambda: _lasting(endpoints) == 300, 10, what="the usual rules")
    wait_until(lambda: "group_wait: 10s" in _waits(endpoints), 10, what="the usual pace")
    assert "drill" not in project("alerts").stderr
    assert project.containers() == before
