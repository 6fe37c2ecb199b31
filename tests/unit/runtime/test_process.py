from __future__ import annotations

import os
import subprocess
import sys

from phoenix_dev.runtime.process import memory_bytes


def test_memory_is_told_in_bytes() -> None:
    assert 1_000_000 < memory_bytes(os.getpid()) < 10_000_000_000


def test_a_process_that_is_gone_takes_none() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert memory_bytes(process.pid) == 0
