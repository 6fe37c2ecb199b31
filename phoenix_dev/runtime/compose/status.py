"""The state of a stack in containers: what the Docker engine says, and what each part answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from phoenix_dev.errors import NotReady
from phoenix_dev.model.stack import Component, Endpoints, StackStatus, StoredData
from phoenix_dev.runtime.compose.containers import Containers
from phoenix_dev.runtime.compose.docker_engine import resolve_engine
from phoenix_dev.runtime.compose.logs import SERVICE as LOG_FILES
from phoenix_dev.runtime.compose.parts import PARTS, Part, wanted_parts
from phoenix_dev.runtime.compose.readiness import why_not_ready
from phoenix_dev.runtime.followed import FILES, by_the_collector, by_the_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from phoenix_dev.runtime.compose.containers import ContainerFacts
    from phoenix_dev.runtime.compose.record import ComposeRecord

_T = TypeVar("_T")
_PROBE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at a project: by service facts and memory, by volume sizes, by name why a part does not answer."""

    facts: Mapping[str, ContainerFacts]
    memory: Mapping[str, int]
    sizes: Mapping[str, int]
    silent: Mapping[str, str]


def status_of(
    home: Path, project: str, profile: str, record: ComposeRecord | None, *, brief: bool = False
) -> StackStatus:
    """What a project's containers do now; without memory and sizes when it has to be `brief`: those take a second."""
    try:
        docker_engine = resolve_engine()
        docker_engine.require()
        containers = Containers(docker_engine, project)
        facts = containers.facts()
        seen = _look(containers, facts, record, brief=brief)
    except NotReady as error:
        parts = tuple(Component(part.name, "stopped", detail=error.message) for part in PARTS if part.core)
        return StackStatus("compose", profile, project, "stopped", components=parts)
    running = [part for part in PARTS if _is_running(facts.get(part.service))]
    wanted = wanted_parts(record.without if record else ())
    if not running:
        return StackStatus(
            "compose",
            profile,
            project,
            "stopped",
            components=tuple(Component(part.name, "stopped") for part in wanted),
            data=_data(project, seen.sizes),
        )
    components = (*(_component(part, seen, record) for part in wanted), *_followed(home, seen, record))
    return StackStatus(
        "compose",
        profile,
        project,
        "degraded" if any(one.health == "unhealthy" for one in components) else "running",
        endpoints=record.endpoints if record else Endpoints(),
        components=components,
        since_ns=min(_ns(facts[part.service].started) for part in running),
        data=_data(project, seen.sizes),
    )


def _look(
    containers: Containers, facts: Mapping[str, ContainerFacts], record: ComposeRecord | None, *, brief: bool
) -> _Seen:
    """Ask for everything at once."""
    asked = [part for part in PARTS if record and _is_running(facts.get(part.service))]
    with ThreadPoolExecutor(len(PARTS) + 2) as pool:
        memory = None if brief else pool.submit(_or_nothing, containers.memory)
        volumes = None if brief else pool.submit(_or_nothing, containers.volume_sizes)
        silent = {
            part.name: pool.submit(why_not_ready, part, record.ports if record else {}, _PROBE_S) for part in asked
        }
        return _Seen(
            facts,
            memory.result() if memory else {},
            volumes.result() if volumes else {},
            {name: one.result() for name, one in silent.items()},
        )


def _or_nothing(ask: Callable[[], Mapping[str, int]]) -> Mapping[str, int]:
    """What a Docker engine that is busy cannot say is not known; that is no reason to say nothing of the rest."""
    try:
        return ask()
    except NotReady:
        return {}


def _component(part: Part, seen: _Seen, record: ComposeRecord | None) -> Component:
    facts = seen.facts.get(part.service)
    if facts is None:
        why = record.unavailable.get(part.name, "") if record else ""
        return Component(part.name, "stopped", "unhealthy", detail=why or "it has no container")
    memory, data = seen.memory.get(part.service, 0), seen.sizes.get(part.volume)
    if facts.status != "running":
        state = "starting" if facts.status == "restarting" else "stopped"
        detail = f"the container {facts.name} {facts.why}"
        return Component(part.name, state, "unhealthy", memory, detail, facts.restarts, data)  # type: ignore[arg-type]
    silent = seen.silent.get(part.name, "nobody recorded its ports")
    detail = f"it {silent}" if silent else part.image
    return Component(part.name, "running", "unhealthy" if silent else "healthy", memory, detail, facts.restarts, data)


def _followed(home: Path, seen: _Seen, record: ComposeRecord | None) -> list[Component]:
    if record is None:
        return []
    found = [by_the_collector(record.log_files, seen.facts.get(LOG_FILES))] if record.log_files else []
    found += by_the_reader(home, (), record.log_containers)
    memory = seen.memory.get(LOG_FILES, 0)
    return [replace(one.component(), memory_bytes=memory if one.name == FILES else 0) for one in found]


def _is_running(facts: ContainerFacts | None) -> bool:
    return facts is not None and facts.status in ("running", "restarting")


def _data(project: str, sizes: Mapping[str, int]) -> StoredData:
    names = ", ".join(f"{project}_{name}" for name in sorted(sizes))
    return StoredData(f"the volumes {names}" if names else "", sum(sizes.values()))


def _ns(moment: str) -> int:
    """Docker's RFC 3339 with nanoseconds, which datetime cuts to microseconds."""
    text, _, _ = moment.rstrip("Z").partition("+")
    seconds, _, fraction = text.partition(".")
    whole = int(datetime.fromisoformat(f"{seconds}+00:00").timestamp())
    return whole * 10**9 + int(fraction.ljust(9, "0")[:9] or 0)
