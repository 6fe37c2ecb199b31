from __future__ import annotations

import os
import subprocess
import sys

from phoenix_dev.processes.identity import identity, lives
from tests.waiting import wait_until


def test_a_process_keeps_its_identity() -> None:
    assert identity(os.getpid())
    assert identity(os.getpid()) == identity(os.getpid())


def test_two_processes_differ_and_one_that_ended_has_none() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with process:
        assert identity(process.pid) not in ("", identity(os.getpid()))
        assert process.stdin is not None
        process.stdin.close()
        # it has ended and nobody has asked how: its number still stands in the list of processes
        wait_until(lambda: identity(process.pid) == "")
        process.wait()
    assert identity(process.pid) == ""


def test_a_number_alone_is_no_process() -> None:
    assert lives(os.getpid(), identity(os.getpid()))
    assert not lives(os.getpid(), identity(os.getppid()))
    assert not lives(os.getpid(), "")
    assert not lives(2**22 + 1, "")
