"""What watches beside the engine, as `up` starts it: it comes back when it is killed, and alerts arrive."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.environment import command_of
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.telemetry.series.alerts import EmbeddedAlertStore
from phoenix_dev.watching.diary import Progress
from phoenix_dev.watching.options import WatchingOptions
from phoenix_dev.watching.settings import WatchSettings
from tests.otlp import SECOND
from tests.stack import running_stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.model.alert import RuleState


def test_killed_it_comes_back_and_alerts_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DEV_ALERTS_GROUP_WAIT", "1s")
    with running_stack(tmp_path / "home") as stack:
        home = stack.home / "projects" / stack.project
        first = wait_until(lambda: watching(home), deadline=30)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: watching(home) not in (0, first), deadline=30)
        tried = stack.run("alerts", "test", "--json").json()
        assert tried["arrived"]
        assert {one["channel"] for one in tried["alerts"]} == {"pagerduty", "slack"}
        status = stack.run("status", "--json").json()
        assert {part["name"]: part["health"] for part in status["components"]} == {"engine": "healthy"}
        assert status["refused"] == []
    assert not watching(home)


def watching(home: Path) -> int:
    """The number of the process, 0 while there is none."""
    found = Progress.read(home)
    return found.pid if found and found.goes_on else 0


@pytest.mark.long
def test_the_demos_fault_fires_arrives_and_is_resolved_in_a_drill(tmp_path: Path) -> None:
    """By a process of its own beside the engine's, for which an hour is a minute."""
    with running_stack(tmp_path / "home") as stack:
        store = stack.home / "projects" / stack.project / "telemetry.db"
        drill = tmp_path / "drill"
        drill.mkdir()
        settings = WatchSettings(tuning=Tuning(time_scale=60)).to_text()
        options = WatchingOptions(
            drill, store, stack.endpoints["otlp_http"], "development", 10**8, 10**9, settings=settings
        )
        process = subprocess.Popen(command_of("phoenix_dev.watching", options.to_argument()), stdin=subprocess.PIPE)
        try:
            stack.run("demo", "start")
            send = ("demo", "traffic", "--count", "20", "--rate", "10")
            stack.run(*send)
            wait_until(lambda: state(drill) == "inactive")

            def fires_while_it_fails() -> RuleState | None:
                stack.run(*send, "--fault", "llm-errors", "--fault-every", "2")
                return firing(drill)

            fired = wait_until(fires_while_it_fails, 60)
            assert fired
            assert min(lasting_s(fired)) >= fired.for_s > 0
            alerts = EmbeddedAlertStore(drill / "signals.db")
            wait_until(lambda: [one for one in alerts.deliveries(0) if "ServiceErrorRate" in one.alerts])
            wait_until(lambda: state(drill) == "inactive", 60)
            wait_until(lambda: [one for one in alerts.deliveries(0) if one.status == "resolved"])
            told_of = [one for one in alerts.deliveries(0) if one.alerts == ("ServiceErrorRate",)]
            assert {one.channel for one in told_of} == {"pagerduty"}
            assert {one.status for one in told_of} == {"firing", "resolved"}
        finally:
            stack.run("demo", "stop")
            process.communicate(timeout=10)


def lasting_s(rule: RuleState) -> list[float]:
    """For how long the condition has held for each of its alerts that fire."""
    return [(rule.evaluated_ns - one.since_ns) / SECOND for one in rule.alerts if one.state == "firing"]


def firing(home: Path) -> RuleState | None:
    found = error_rate(home)
    return found if found and found.state == "firing" else None


def state(home: Path) -> str:
    """Empty before it was evaluated for the first time."""
    found = error_rate(home)
    return found.state if found else ""


def error_rate(home: Path) -> RuleState | None:
    try:
        rules = EmbeddedAlertStore(home / "signals.db").rules()
    except NotReady:
        return None
    return next(one for one in rules if (one.name, one.severity) == ("ServiceErrorRate", "critical"))
