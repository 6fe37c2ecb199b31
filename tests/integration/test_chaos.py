"""`chaos` on the embedded engine: a drill of each channel, and all ways in which one ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.home import project_folder
from phoenix_dev.processes.drill import DRILL_FILE
from tests.running import CommandLine
from tests.stack import running_stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import Ran
    from tests.stack import RunningStack

#: Five minutes are a second.
SCALE = "300"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("chaos")) as running:
        try:
            running.run("demo", "start")  # takes about as long as it takes until rules are evaluated first
            wait_until(lambda: run(running, "alerts").code == 0, what="the first evaluation of rules")
            yield running
        finally:
            running.run("demo", "stop")


def run(engine: RunningStack, *args: str) -> Ran:
    return CommandLine()("--project", engine.project, *args, env={"PHOENIX_DEV_HOME": str(engine.home)})


def start(engine: RunningStack, *args: str) -> subprocess.Popen[bytes]:
    return CommandLine().start("--project", engine.project, *args, env={"PHOENIX_DEV_HOME": str(engine.home)})


def lasting(engine: RunningStack) -> float:
    """So long the processors of a host must be busy, as rules have it now (seconds)."""
    rules = engine.run("alerts", "--json").json()["rules"]
    (rule,) = [one for one in rules if (one["name"], one["severity"]) == ("HostCpu", "critical")]
    return float(rule["for_ms"]) / 1000


@pytest.mark.parametrize(
    ("fault", "severity", "channel", "about", "pending"),
    [
        ("worker-dies", "critical", "pagerduty", "FatalLogs: orchestrator", True),
        ("host-disk", "warning", "slack", "HostDisk: drill", False),
    ],
)
def test_a_fault_leads_to_its_alert_in_its_channel_and_both_are_over_together(
    engine: RunningStack, fault: str, severity: str, channel: str, about: str, *, pending: bool
) -> None:
    told = engine.run("chaos", fault, "--severity", severity, "--time-scale", SCALE, "--json").json()
    assert told["proven"]
    assert told["expected"]["channel"] == channel
    stages: dict[str, Any] = {name: stage["after_ms"] for name, stage in told["stages"].items()}
    assert list(stages) == ["pending", "firing", "delivered", "recovered", "resolved", "told_resolved"]
    assert (stages["pending"] is not None) is pending
    assert 0 < stages["firing"] < stages["recovered"] < stages["resolved"]
    assert stages["delivered"] < stages["told_resolved"]
    assert told["stages"]["delivered"]["detail"].startswith(f"{channel}: {severity.upper()} {about}")
    inbox = engine.run("alerts", "inbox", "--limit", "1000", "--json").json()["messages"]
    told_of = [one for one in inbox if about in one["title"]]
    assert [one["status"] for one in told_of if one["severity"] == severity] == ["firing", "resolved"]


def test_a_drill_that_is_killed_is_over(engine: RunningStack) -> None:
    killed = start(engine, "chaos", "host-cpu", "--time-scale", "60")
    wait_until(lambda: lasting(engine) == 5, what="the drill's scale of time")
    assert "durations of rules are divided by 60" in run(engine, "alerts").stderr
    killed.kill()
    killed.communicate(timeout=10)
    wait_until(lambda: lasting(engine) == 300, what="the usual scale of time")
    assert "drill" not in run(engine, "alerts").stderr


def test_ctrl_c_takes_the_fault_away_first(engine: RunningStack, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    drill = start(
        engine, "chaos", "--inject", f"touch {broken}", "--recover", f"rm {broken}", "--expect", "CircuitBreakerOpen"
    )
    wait_until(broken.exists, what="the fault")
    drill.send_signal(signal.SIGINT)
    told = drill.communicate(timeout=20)[1].decode()
    assert drill.returncode == 130
    assert told.endswith("interrupted; the fault was taken away\n")
    assert not broken.exists()
    assert not (project_folder(engine.home, engine.project) / DRILL_FILE).exists()


def test_what_does_not_come_in_time_is_named_and_the_fault_is_taken_away(engine: RunningStack, tmp_path: Path) -> None:
    mended = tmp_path / "mended"
    ran = run(
        engine, "chaos", "--inject", "true", "--recover", f"touch {mended}", "--expect", "CircuitBreakerOpen:warning",
        "--timeout", "1",
    )  # fmt: skip
    assert ran.code == 4
    assert "CircuitBreakerOpen (warning), pending: not within 1 s" in ran.stderr
    assert mended.exists()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("stop", "jaeger"), 2, "the embedded runtime is one process"),
        (("cache-misses",), 2, "is no fault that an alert watches for"),
        ((), 2, "name one fault"),
        (("--inject", "true", "--expect", "ServiceErorRate"), 2, "is it ServiceErrorRate?"),
        (("--inject", "true", "--expect", "HostCpu:fatal"), 2, "'fatal' is no severity"),
    ],
)
def test_what_cannot_be_proven_is_refused(engine: RunningStack, args: tuple[str, ...], code: int, said: str) -> None:
    ran = run(engine, "chaos", *args, "--timeout", "1")
    assert ran.code == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
