"""The guard that every test runs under sees what a test leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from tests.leftovers import left_behind, there
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

WAITS_FOR_INPUT = "import sys; print('up', flush=True); sys.stdin.read()"


def test_a_child_is_seen_until_it_has_ended(home: Path) -> None:
    before = there()
    with subprocess.Popen([sys.executable, "-c", WAITS_FOR_INPUT], stdin=subprocess.PIPE) as child:
        assert [process.pid for process in left_behind(before, home)] == [child.pid]
        child.communicate()
    assert left_behind(before, home) == []


def test_a_background_process_of_the_home_is_seen_although_it_is_no_child(home: Path) -> None:
    before = there()
    reader, writer = os.pipe()
    orphan = (
        "import subprocess, sys; waits = [sys.executable, '-c', 'import sys; sys.stdin.read()'];"
        "print(subprocess.Popen(waits, stdout=subprocess.DEVNULL).pid)"
    )
    with os.fdopen(writer, "wb"):
        started = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", orphan],
            stdin=reader,
            stdout=subprocess.PIPE,
            check=True,
        )
        pid = int(started.stdout)
        assert [process.pid for process in left_behind(before, home)] == [pid]
    os.close(reader)
    wait_until(lambda: not psutil.pid_exists(pid) or not left_behind(before, home))
