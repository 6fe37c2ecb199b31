"""`down` as its users type it."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.cli.lifecycle.started import TRACE
from tests.unit.runtime.exports import one_span, send

if TYPE_CHECKING:
    from phoenix_dev.runtime.embedded.handle import EngineHandle
    from tests.conftest import Invoke
    from tests.running import CommandLine


def test_down_stops_keeps_the_data_and_says_so(run_cli: CommandLine, up: Any, engine: EngineHandle) -> None:
    send(up["endpoints"]["otlp_http"], one_span(TRACE))
    ran = run_cli("down")
    assert (ran.code, ran.stdout) == (0, "")
    assert "stopped; " in ran.stderr
    assert "of data stay in" in ran.stderr
    assert not engine.runs
    assert run_cli("trace", TRACE).code == 0


def test_down_of_nothing_is_no_error(run_cli: CommandLine) -> None:
    ran = run_cli("down")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "nothing was running\n")


def test_data_is_not_deleted_without_a_yes_or_somebody_to_ask(
    run_cli: CommandLine, up: Any, engine: EngineHandle
) -> None:
    ran = run_cli("down", "--data")
    assert ran.code == 2
    assert "hint: phoenix-dev down --data --yes" in ran.stderr
    assert engine.runs
    assert (engine.home / "telemetry.db").exists()


def test_data_is_deleted_with_a_yes(run_cli: CommandLine, up: Any, engine: EngineHandle) -> None:
    send(up["endpoints"]["otlp_http"], one_span(TRACE))
    ran = run_cli("down", "--data", "--yes")
    assert ran.code == 0
    assert "stopped; deleted " in ran.stderr
    assert list(engine.home.glob("telemetry*")) == []
    assert run_cli("down", "--data").code == 0
    assert run_cli("up").code == 0
    assert run_cli("trace", TRACE).code == 1


@pytest.mark.parametrize(("answer", "code", "remains"), [(b"n\n", 1, True), (b"y\n", 0, False)])
def test_on_a_terminal_the_user_is_asked(
    run_cli: CommandLine, up: Any, engine: EngineHandle, answer: bytes, code: int, remains: bool
) -> None:
    ours, its = pty.openpty()
    with subprocess.Popen([*run_cli.argv, "down", "--data"], stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        shown = b""
        while b"?" not in shown:
            shown += os.read(ours, 4096)
        assert b"of data in" in shown
        os.write(ours, answer)
        assert process.wait(timeout=30) == code
    os.close(ours)
    assert engine.runs is remains
    assert (engine.home / "telemetry.db").exists() is remains


def test_the_words_about_data_that_nobody_has(invoke: Invoke) -> None:
    assert invoke("down", "--data").exit_code == 0
