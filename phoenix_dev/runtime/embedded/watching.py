"""How it stands with the process that watches, in words: it is told of where something is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import duration
from phoenix_dev.model.stack import Component
from phoenix_dev.runtime.process import memory_bytes
from phoenix_dev.watching.diary import Progress

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "watching"
#: It begins a while after the engine, and writes down how it goes on every few seconds.
_PATIENCE_NS = 30 * 10**9
_DOES_NOT_RUN = "the process that makes series and evaluates alerts does not run; the engine's log says why"


def trouble_of_watching(home: Path, engine_since_ns: int, now_ns: int) -> Component | None:
    """The process as a part of the stack of an engine that has been ready since then (Unix nanoseconds); None while all
    is well, and while it may still be starting.
    """
    found = Progress.read(home)
    if found is None or not found.goes_on:
        fresh = now_ns - max(engine_since_ns, found.time_ns if found else 0) < _PATIENCE_NS
        return None if fresh else Component(_NAME, "stopped", "unhealthy", detail=_DOES_NOT_RUN)
    trouble = _trouble(found, now_ns)
    return Component(_NAME, "running", "unhealthy", memory_bytes(found.pid), trouble) if trouble else None


def _trouble(found: Progress, now_ns: int) -> str:
    if now_ns - found.time_ns > _PATIENCE_NS:
        return f"process {found.pid} has evaluated no alert for {duration(now_ns - found.time_ns)}"
    if found.behind and now_ns - found.behind_since_ns > _PATIENCE_NS:
        behind = duration(now_ns - found.behind_since_ns)
        return f"{found.behind:,} blocks of telemetry are not counted yet; it has been behind for {behind}"
    if found.refused:
        return f"there is no room for more series: {found.refused:,} points of metrics are left out"
    return ""
