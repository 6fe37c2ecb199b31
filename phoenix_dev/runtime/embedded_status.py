"""The state of an embedded stack, put together from lock, record and the engine's own answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.stack import Component, StackStatus
from phoenix_dev.runtime.engine_client import ask_engine, refusals_in
from phoenix_dev.runtime.process import memory_bytes

if TYPE_CHECKING:
    from phoenix_dev.runtime.engine_handle import EngineHandle
    from phoenix_dev.runtime.record import EngineRecord

_STOPPED = Component("engine", "stopped")
_STARTING = Component("engine", "starting", "unhealthy", detail="it has not said yet that it is ready")


def status_of(engine: EngineHandle, idle: StackStatus) -> StackStatus:
    """What the engine does now; `idle` is the stack without it."""
    if not engine.runs:
        return replace(idle, state="stopped", components=(_STOPPED,))
    record = engine.record()
    if record is None:
        return replace(idle, state="degraded", components=(_STARTING,))
    facts = ask_engine(record)
    return replace(
        idle,
        profile=record.profile,
        state="degraded" if facts is None or facts.get("failure") else "running",
        endpoints=record.endpoints,
        components=(_component(record, facts),),
        since_ns=record.since_ns,
        refused=refusals_in(facts) if facts else (),
    )


def _component(record: EngineRecord, facts: dict[str, Any] | None) -> Component:
    memory = memory_bytes(record.pid)
    if facts is None:
        silence = f"process {record.pid} does not answer on {record.endpoints.otlp_http}"
        return Component("engine", "running", "unhealthy", memory, silence)
    if failure := facts.get("failure"):
        return Component("engine", "running", "unhealthy", memory, str(failure))
    return Component("engine", "running", "healthy", memory, f"process {record.pid}, version {record.version}")
