"""Which runtime a command is about. Who only reads needs no Docker engine for that, and loads nothing that asks one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.record import StackRecord

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.settings import Settings

RuntimeName = Literal["compose", "embedded"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A runtime, and why it was chosen where the user would not expect it (empty otherwise)."""

    name: RuntimeName
    why: str = ""


def runtime_to_start(home: Path, settings: Settings) -> Choice:
    """What `up` starts.

    `auto` goes on with what runs; else it is compose when a Docker engine answers at once, else embedded. An image that
    is missing is no reason for embedded. Raises NotReady when the other runtime runs in this folder.
    """
    running = what_runs(home, settings.project)
    if settings.runtime == "auto":
        return Choice(running) if running else _auto()
    wanted: RuntimeName = "compose" if settings.runtime == "compose" else "embedded"
    if running and running != wanted:
        raise NotReady(
            f"the {running} runtime runs project {settings.project}, and {wanted} can only be started in its place",
            hint=f"phoenix-dev --project {settings.project} down",
        )
    return Choice(wanted)


def runtime_to_read(home: Path, settings: Settings) -> RuntimeName:
    """What every other command is about: `--runtime` decides, else what `up` started last, running or not."""
    origin = settings.origins.get("runtime")
    last = StackRecord.read(home)
    if last is not None and not (origin and origin.kind == "flag" and settings.runtime != "auto"):
        return "compose" if last.runtime == "compose" else "embedded"
    return "compose" if settings.runtime == "compose" else "embedded"


def what_runs(home: Path, project: str) -> RuntimeName | None:
    """The runtime that has something running for this project; None when none has."""
    from phoenix_dev.runtime.embedded.handle import EngineHandle

    if EngineHandle(home).runs:
        return "embedded"
    last = StackRecord.read(home)
    if last is not None and last.runtime == "compose" and _containers_run(project):
        return "compose"
    return None


def _containers_run(project: str) -> bool:
    from phoenix_dev.runtime.compose.docker_engine import resolve_engine
    from phoenix_dev.runtime.compose.parts import PROJECT_LABEL

    try:
        docker_engine = resolve_engine()
        running = [] if docker_engine.why_not() else docker_engine.ask("/containers/json")
    except NotReady:
        return False
    return any((container.get("Labels") or {}).get(PROJECT_LABEL) == project for container in running)


def _auto() -> Choice:
    from phoenix_dev.runtime.compose.docker_engine import PROBE_S, resolve_engine

    try:
        docker_engine = resolve_engine()
    except NotReady as error:
        return Choice("embedded", f"the runtime is embedded: {error.message}")
    if why := docker_engine.why_not(PROBE_S):
        return Choice("embedded", f"the runtime is embedded: the Docker engine at {docker_engine} {why}")
    return Choice("compose")
