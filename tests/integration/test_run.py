"""`run`: a command behaves as if it was typed by itself, and every line it writes is in the stack."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.integration.terminal import run_in_terminal
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import CommandLine

PYTHON = sys.executable
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
#: Counts the interrupts it gets, and says so once the last of a moment has come.
COUNTS_INTERRUPTS = """
import signal, sys, time
count = 0
def interrupted(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, interrupted)
print("ready", flush=True)
end = time.monotonic() + 10
while not count and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.5)
print(f"interrupts: {count}", flush=True)
"""


def logs(run_cli: CommandLine, *args: str) -> list[Any]:
    return run_cli("logs", "--json", "--since", "1h", "--limit", "1000000", *args).json_lines()


def python(program: str) -> tuple[str, ...]:
    return ("--", PYTHON, "-c", program)


@contextmanager
def in_a_terminal(*args: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`phoenix-dev run` on a terminal that it controls, and our end of that terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PYTHON, "-c", _CONTROLLING, PYTHON, "-m", "phoenix_dev", "run", "--wait", "0", *args],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


_CONTROLLING = "import fcntl,os,sys,termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


def read_until(terminal: int, text: bytes, deadline: float = 60) -> bytes:
    read = b""
    end = time.monotonic() + deadline
    while text not in read and time.monotonic() < end and select.select([terminal], [], [], 1)[0] is not None:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                read += os.read(terminal, 65536)
            except OSError:
                break
    assert text in read, read
    return read


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
@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", 0),
        ("raise SystemExit(1)", 1),
        ("raise SystemExit(130)", 130),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import signal, os; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)", -signal.SIGINT),
    ],
)
def test_the_exit_status_is_the_commands(run_cli: CommandLine, program: str, code: int) -> None:
    assert run_cli("run", *python(program)).code == code


def test_a_command_that_cannot_be_run_is_told_as_a_shell_tells_it(run_cli: CommandLine, tmp_path: Path) -> None:
    missing = run_cli("run", "--", "no-such-command")
    assert (missing.code, missing.stderr.splitlines()[-1]) == (127, "hint: command -v 'no-such-command'")
    (tmp_path / "no-program").write_text("")
    assert run_cli("run", "--", str(tmp_path / "no-program")).code == 126
    assert run_cli("run").code == 2


@pytest.mark.usefixtures("stack")
def test_the_command_has_the_variables_of_env_and_the_users_own(run_cli: CommandLine) -> None:
    wanted = run_cli("env", "--json").json()
    program = "import json, os; print(json.dumps(dict(os.environ))); print(oct(os.umask(0)))"
    ran = run_cli("run", *python(program), env={"OTEL_RESOURCE_ATTRIBUTES": "team=a", "HERE": "too"})
    given = json.loads(ran.stdout.splitlines()[0])
    wanted["OTEL_RESOURCE_ATTRIBUTES"] += ",team=a"
    assert {name: given.get(name) for name in wanted} == wanted
    assert given["HERE"] == "too"
    assert "OTEL_SERVICE_NAME" not in given
    named = run_cli("run", "--service", "shop", *python(program))
    assert json.loads(named.stdout.splitlines()[0])["OTEL_SERVICE_NAME"] == "shop"
    mask = os.umask(0o022)
    os.umask(mask)
    assert ran.stdout.splitlines()[1] == oct(mask)


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_reaches_the_command_once(run_cli: CommandLine, free_ports: None, number: int) -> None:
    program = COUNTS_INTERRUPTS.replace("signal.SIGINT", str(int(number)))
    process = run_cli.start("run", "--wait", "0", *python(program))
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == (b"interrupts: 1\n", 0)


def test_ctrl_c_on_a_terminal_reaches_the_command_once(free_ports: None) -> None:
    with in_a_terminal(*python(COUNTS_INTERRUPTS)) as (process, terminal):
        read_until(terminal, b"ready")
        before = termios.tcgetattr(terminal)
        os.write(terminal, b"\x03")
        read_until(terminal, b"interrupts: 1\r\n")
        assert process.wait(20) == 0
        after = termios.tcgetattr(terminal)
        assert before[3] & termios.ICANON == 0, "the user's keys go to the command"
        assert after[3] & termios.ICANON, "the terminal is given back as it was"


def test_ctrl_c_reaches_a_command_in_a_pipeline_once(free_ports: None) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PYTHON, "-c", _CONTROLLING, PYTHON, "-m", "phoenix_dev", "run", "--wait", "0", *python(COUNTS_INTERRUPTS)],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    os.write(ours, b"\x03")
    out, _ = process.communicate(timeout=20)
    os.close(ours)
    assert out == b"interrupts: 1\n"


def test_on_a_terminal_the_command_has_one_with_size_and_colour(free_ports: None) -> None:
    program = "import os, sys; print(os.isatty(0), os.isatty(1), os.isatty(2), *os.get_terminal_size(), '\\x1b[31mred')"
    screen = run_in_terminal("run", "--wait", "0", *python(program))
    assert screen.code == 0
    assert "True True True 80 24 \x1b[31mred\r\n" in screen.written


def test_keys_reach_the_command_and_a_new_size_of_the_terminal_too(free_ports: None) -> None:
    program = (
        "import os, signal, time\nsizes = []\n"
        "signal.signal(signal.SIGWINCH, lambda *_: sizes.append(os.get_terminal_size()))\n"
        "print('ready', flush=True)\nwhile not sizes: time.sleep(0.02)\n"
        "print('size', *sizes[0], flush=True)\nprint('got', input())"
    )
    with in_a_terminal(*python(program)) as (process, terminal):
        read_until(terminal, b"ready")
        termios.tcsetwinsize(terminal, (30, 100))
        read_until(terminal, b"size 100 30")
        os.write(terminal, "käse\r".encode())
        read_until(terminal, "got käse".encode())
        assert process.wait(20) == 0


def test_ctrl_z_stops_the_command_and_gives_the_terminal_back(free_ports: None) -> None:
    with in_a_terminal(*python("print('ready', flush=True); print('got', input())")) as (process, terminal):
        read_until(terminal, b"ready")
        os.write(terminal, b"\x1a")
        wait_until(lambda: os.waitpid(process.pid, os.WNOHANG | os.WUNTRACED)[0], what="the stop")
        assert termios.tcgetattr(terminal)[3] & termios.ICANON
        os.kill(process.pid, signal.SIGCONT)
        wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ICANON, what="the continuation")
        os.write(terminal, b"again\r")
        read_until(terminal, b"got again")
        assert process.wait(20) == 0


def test_who_stops_reading_ends_the_command_as_without_run(free_ports: None) -> None:
    run = f"{PYTHON} -m phoenix_dev run --wait 0 -- yes 2>/dev/null"
    ran = subprocess.run(["bash", "-c", f"{run} | head -1; echo ${{PIPESTATUS[0]}}"], capture_output=True, timeout=30)
    assert ran.stdout == b"y\n141\n"


def test_what_a_command_leaves_behind_does_not_keep_it(run_cli: CommandLine, free_ports: None) -> None:
    begun = time.monotonic()
    ran = run_cli("run", "--wait", "0", "--", "sh", "-c", "sleep 30 & echo $!")
    assert time.monotonic() - begun < 25
    os.kill(int(ran.stdout), signal.SIGKILL)


SEVERAL = f"""
run:
  - {{name: api, command: [{PYTHON}, -c, "print('up'); raise SystemExit(3)"]}}
  - name: worker
    command: {PYTHON} -c "import os, time; time.sleep(1); print(os.getcwd(), os.environ['MODE'])"
    dir: below
    env: {{MODE: quiet}}
"""


@pytest.mark.usefixtures("stack")
def test_all_runs_what_the_file_lists_each_line_behind_its_name(run_cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    (folder / "below").mkdir()
    (folder / "phoenix-dev.yaml").write_text(SEVERAL)
    ran = run_cli("run", "--all")
    assert ran.code == 3, ran.stderr
    assert ran.stdout == f"api    | up\nworker | {folder / 'below'} quiet\n"
    assert {(log["service"], log["message"]) for log in logs(run_cli)} == {
        ("api", "up"),
        ("worker", f"{folder / 'below'} quiet"),
    }


SENDS_A_SPAN = """
from opentelemetry import trace
with trace.get_tracer("t").start_as_current_span("last words"):
    print("working")
"""


@pytest.mark.usefixtures("stack")
def test_a_short_lived_process_loses_no_span(run_cli: CommandLine, tmp_path: Path) -> None:
    program = f"""
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry import trace
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
{SENDS_A_SPAN}
"""
    assert run_cli("run", "--service", "short", *python(program)).code == 0
    shown = run_cli("trace", "last", "--json").json()["traces"][0]
    assert [(span["service"], span["name"]) for span in shown["spans"]] == [("short", "last words")]


@pytest.mark.usefixtures("stack")
def test_auto_instruments_a_python_program_without_a_change(run_cli: CommandLine, tmp_path: Path) -> None:
    app = tmp_path / "work" / "shop.py"
    app.write_text(SENDS_A_SPAN)
    ran = run_cli("run", "--auto", "--", PYTHON, "shop.py")
    assert (ran.code, ran.stdout) == (0, "working\n"), ran.stderr
    shown = run_cli("trace", "last", "--json").json()["traces"][0]
    assert [(span["service"], span["name"]) for span in shown["spans"]] == [("shop", "last words")]


def test_auto_says_what_to_install(run_cli: CommandLine, free_ports: None, tmp_path: Path) -> None:
    bare = tmp_path / "bin" / "python3"
    bare.parent.mkdir()
    bare.symlink_to(PYTHON)
    python_less = run_cli("run", "--auto", "--", str(bare), "app.py")
    assert python_less.code == 3
    assert f"hint: {bare} -m pip install opentelemetry-distro" in python_less.stderr
    neither = run_cli("run", "--auto", "--", "ls")
    assert (neither.code, "neither" in neither.stderr) == (2, True)
