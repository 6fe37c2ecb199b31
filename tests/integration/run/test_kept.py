"""`run`: every line that a command writes is shown untouched and is in the stack."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.integration.run.commands import PYTHON, logs, python
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import CommandLine

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.usefixtures("stack")
def test_what_a_command_writes_is_shown_untouched_and_kept_line_by_line(run_cli: CommandLine) -> None:
    lines = [
        {"timestamp": "2026-01-02T03:04:05Z", "level": "ERROR", "message": "json", "correlation_id": "c-1"},
        {
            "timestamp": "2026-01-02T03:04:06Z",
            "level": "INFO",
            "fields": {"message": "of a rust binary"},
            "target": "llm_service",
            "span": {"name": "complete", "correlation_id": "c-1"},
            "spans": [{"name": "complete", "correlation_id": "c-1", "trace_id": TRACE}],
        },
    ]
    written = "".join(json.dumps(line) + "\n" for line in lines) + "\x1b[31mplain\x1b[0m\r\nno end"
    program = f"import sys; sys.stdout.write({written!r}); sys.stdout.flush(); sys.stderr.write('to stderr\\n')"
    ran = run_cli("run", "--service", "shop", *python(program))
    assert (ran.code, ran.stdout, ran.stderr) == (0, written, "to stderr\n")
    kept = {log["message"]: log for log in logs(run_cli, "--service", "shop", "--since", "2020-01-01")}
    assert set(kept) == {"json", "of a rust binary", "plain", "no end", "to stderr"}
    assert (kept["json"]["level"], kept["json"]["timestamp"]) == ("ERROR", "2026-01-02T03:04:05.000000000Z")
    assert kept["of a rust binary"]["trace_id"] == TRACE
    by_id = run_cli("logs", "--json", "--correlation", "c-1").json_lines()
    assert [log["message"] for log in by_id] == ["json", "of a rust binary"]
    # One command after the other: the lines without a time of their own are as old as this test.
    assert all(time.time() - 60 < _seconds(kept[message]["timestamp"]) for message in ("plain", "no end"))


def _seconds(timestamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(timestamp[:26] + "+00:00").timestamp()


@pytest.mark.usefixtures("stack")
def test_without_its_shipper_it_waits_for_the_command_and_for_nothing_else() -> None:
    command = [PYTHON, "-m", "phoenix_dev", "run", *python("import time; print(1, flush=True); time.sleep(2)")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "1\n"
        children = psutil.Process(running.pid).children()
        shipper = next(child for child in children if any("running.shipper" in word for word in child.cmdline()))
        shipper.kill()
        said = running.stderr.readline()
        used = sum(psutil.Process(running.pid).cpu_times()[:2])
        running.stdout.read()
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    assert (running.returncode, "has ended; the command runs on" in said) == (0, True)
    # Of the seconds that are left, none is spent on looking. (A command of Python that sleeps is in it, too.)
    assert usage.ru_utime + usage.ru_stime - used < 0.7


@pytest.mark.usefixtures("stack")
def test_of_100_000_lines_at_full_speed_none_is_lost(run_cli: CommandLine) -> None:
    program = "for n in range(100_000): print('line', n)"
    ran = run_cli("run", "--service", "fast", "--wait", "100", *python(program), timeout=120)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == 100_000
    assert [log["message"] for log in logs(run_cli)] == [f"line {n}" for n in range(100_000)]


def test_without_a_stack_a_command_runs_and_says_so_once(run_cli: CommandLine, free_ports: None) -> None:
    ran = run_cli("run", *python("print('a'); print('b')"))
    assert (ran.code, ran.stdout) == (0, "a\nb\n")
    first, last = ran.stderr.splitlines()
    assert "does not run" in first
    assert last.startswith("phoenix-dev: 2 lines could not be delivered to the stack")


def test_what_was_written_while_the_stack_was_away_is_sent_when_it_is_back(
    run_cli: CommandLine, free_ports: None, tmp_path: Path
) -> None:
    go_on = tmp_path / "go-on"
    program = (
        f"import os, time\nprint('before', flush=True)\nwhile not os.path.exists({str(go_on)!r}): time.sleep(0.05)\n"
        "print('after')"
    )
    process = run_cli.start("run", "--service", "shop", "--wait", "60", *python(program))
    try:
        assert run_cli("up", "--runtime", "embedded").code == 0
        wait_until(lambda: [log["message"] for log in logs(run_cli)] == ["before"], what="the line from before")
        go_on.touch()
        out, _ = process.communicate(timeout=30)
        assert out == b"before\nafter\n"
        assert [log["message"] for log in logs(run_cli)] == ["before", "after"]
    finally:
        process.kill()
        process.communicate()
        run_cli("down")


def test_a_stack_trace_is_one_record(run_cli: CommandLine, stack: dict[str, Any]) -> None:
    ran = run_cli("run", "--service", "shop", *python("print('before'); raise KeyError('user')"))
    assert ran.code == 1
    record = next(log for log in logs(run_cli) if log["message"] != "before")
    assert record["message"] == ran.stderr.rstrip("\n")
    assert record["attributes"]["exception.type"] == "KeyError"
