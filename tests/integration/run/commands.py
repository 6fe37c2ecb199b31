"""Commands that `run` runs, and a terminal for them."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.running import CommandLine

PYTHON = sys.executable
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
