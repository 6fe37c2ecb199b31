"""What a process takes."""

from __future__ import annotations


def memory_bytes(pid: int) -> int:
    """Bytes that a process holds resident, 0 when it is gone."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
