"""`run` on a terminal, and signals: a command behaves as if it was typed by itself."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import termios
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.run.commands import _CONTROLLING, COUNTS_INTERRUPTS, PYTHON, in_a_terminal, python, read_until
from tests.integration.terminal import run_in_terminal
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.running import CommandLine


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
