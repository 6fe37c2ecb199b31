"""Which process a number means: a process ID is used again after its process ended, an identity never is."""

from __future__ import annotations

from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
#: Where the start time stands (clock ticks since boot) after the command's parenthesis: proc_pid_stat(5), field 22.
_START_TIME = 19


def identity(pid: int) -> str:
    """Text that belongs to this process and no other, before or after; empty when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        fields = stat.rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else f"{_boot_id()}:{fields[_START_TIME]}"
    except OSError:
        return "" if _BOOT_ID.exists() else _identity_elsewhere(pid)


def lives(pid: int, known: str) -> bool:
    """Whether a number still means the process whose identity that is."""
    return bool(known) and identity(pid) == known


def _boot_id() -> str:
    return _BOOT_ID.read_text(encoding="ascii").strip()


def _identity_elsewhere(pid: int) -> str:
    """For systems without /proc."""
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{psutil.boot_time():.0f}:{process.create_time()}"
    except psutil.Error:
        return ""
