"""The state of an embedded stack, put together from lock, record and the engine's own answer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.quantity import duration
from phoenix_dev.model.stack import Component, StackStatus
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.embedded.client import ask_engine, refusals_in
from phoenix_dev.runtime.embedded.farewell import Farewell
from phoenix_dev.runtime.embedded.watching import trouble_of_watching
from phoenix_dev.runtime.followed import by_the_reader
from phoenix_dev.runtime.process import memory_bytes
from phoenix_dev.telemetry.set_aside import damaged_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phoenix_dev.runtime.embedded.handle import EngineHandle
    from phoenix_dev.runtime.record import EngineRecord

#: What clocks are set by without anybody noticing (nanoseconds).
_CLOCK_NS = 60 * 10**9
_STARTING = Component("engine", "starting", "unhealthy", detail="it has not said yet that it is ready")


def status_of(engine: EngineHandle, idle: StackStatus) -> StackStatus:
    """What the engine does now; `idle` is the stack without it."""
    if not engine.runs:
        stopped = Component("engine", "stopped", detail=Farewell.read(engine.home))
        return replace(idle, state="stopped", components=(stopped, *_set_aside(engine.home)))
    record = engine.record()
    if record is None:
        return replace(idle, state="degraded", components=(_STARTING,))
    facts = ask_engine(record)
    return replace(
        idle,
        profile=record.profile,
        state="degraded" if facts is None or facts.get("failure") else "running",
        endpoints=record.endpoints,
        components=(
            _component(record, facts),
            *_followed(engine.home, record),
            *_watching(engine.home, record),
            *_set_aside(engine.home),
        ),
        since_ns=record.since_ns,
        refused=refusals_in(facts) if facts else (),
    )


def _component(record: EngineRecord, facts: dict[str, Any] | None) -> Component:
    memory = memory_bytes(record.pid)
    if facts is None:
        silence = f"process {record.pid} does not answer on {record.endpoints.otlp_http}"
        return Component("engine", "running", "unhealthy", memory, silence)
    if failure := facts.get("failure"):
        remedy = f" (run: {facts['remedy']})" if facts.get("remedy") else ""
        return Component("engine", "running", "unhealthy", memory, f"{failure}{remedy}")
    what = f"process {record.pid}, version {record.version}"
    if jumped := clock_jump(facts):
        what = f"{what}; {jumped}"
    return Component("engine", "running", "healthy", memory, what)


def _followed(home: Path, record: EngineRecord) -> list[Component]:
    return [one.component() for one in by_the_reader(home, record.log_files, record.log_containers)]


def _watching(home: Path, record: EngineRecord) -> list[Component]:
    trouble = trouble_of_watching(home, record.since_ns, time.time_ns())
    return [trouble] if trouble else []


def clock_jump(facts: Mapping[str, Any]) -> str:
    """That the machine's clock was set while the engine runs, in words; empty when it was not, or hardly."""
    ahead_ns = int(facts.get("clock_ahead_ns") or 0)
    if abs(ahead_ns) < _CLOCK_NS:
        return ""
    way, far = ("forward", ahead_ns) if ahead_ns > 0 else ("back", -ahead_ns)
    return f"this machine's clock was set {way} by {duration(far)} while the engine ran"


def _set_aside(home: Path) -> tuple[Component, ...]:
    """The damaged stores that are kept beside the one in use."""
    files = damaged_files(home / folder.DATABASE)
    if not files:
        return ()
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    what = f"a damaged store was set aside as {files[-1]}{more}; delete it when nobody needs it"
    return (Component("damaged", "stopped", detail=what),)
