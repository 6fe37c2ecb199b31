"""What a process takes: memory resident, of its own, the most it ever had resident; processor time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psutil

MB = 1_000_000


def resident(process: psutil.Process) -> int:
    """Resident set, in bytes: what `up` and `status` tell."""
    return int(process.memory_info().rss)


def own(process: psutil.Process) -> int:
    """Unique set, in bytes: what would come free if it ended; libraries that others share are left out."""
    return int(process.memory_full_info().uss)


def peak_resident(process: psutil.Process) -> int:
    """The most that was ever resident, in bytes; where the system does not keep that, what is resident now."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return resident(process)
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else resident(process)


def processor_seconds(process: psutil.Process) -> float:
    """What it has had of the processors so far, in user and system mode."""
    times = process.cpu_times()
    return times.user + times.system


def processors_busy_seconds() -> float:
    """What all processes together have had of the processors so far."""
    times = psutil.cpu_times()
    return float(sum(times[:8]) - times.idle - getattr(times, "iowait", 0.0))


def importing_takes(modules: str) -> int:
    """What a bare interpreter has resident once it has imported some modules, in bytes."""
    code = f"import {modules}\nimport psutil\nprint(psutil.Process().memory_info().rss)"
    return int(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout)
