"""Does each part of the stack in containers run and answer, and may it write where it keeps its data?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from phoenix_dev.doctor.docker import PATIENCE_S, name_of
from phoenix_dev.doctor.examination import Skip
from phoenix_dev.errors import NotReady
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.runtime.compose.containers import ContainerFacts
from phoenix_dev.runtime.compose.parts import wanted_parts
from phoenix_dev.runtime.compose.readiness import why_not_ready
from phoenix_dev.runtime.compose.remedy import give_volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.doctor.docker import Docker
    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.runtime.compose.parts import Part
    from phoenix_dev.runtime.compose.record import ComposeRecord

_PROBE_S = 1.0
_TAR_HEADER = 512
_RESTARTS = 3


def part(docker: Docker, project: str, record: ComposeRecord, one: Part) -> Iterator[Finding]:
    """Whether a part that `up` started runs and answers, asked from outside."""
    if one.name in record.unavailable:
        raise Skip("its image could not be had")
    container = docker.of_project(project).get(one.service)
    severity = Severity.ERROR if one.core else Severity.WARNING
    if container is None:
        yield Finding(one.name, severity, f"{one.title} has no container", fix="phoenix-dev up")
        return
    name = name_of(container)
    facts = ContainerFacts.of(name, docker.details(container))
    if facts.status != "running" or facts.out_of_memory:
        fix = f"docker logs --tail 20 {name}" if facts.status == "restarting" else "phoenix-dev up"
        yield Finding(one.name, severity, f"{one.title} {facts.why}", name, fix)
    elif silent := why_not_ready(one, record.ports, _PROBE_S):
        yield Finding(one.name, severity, f"{one.title} {silent}", name, f"docker logs --tail 20 {name}")
    elif facts.restarts >= _RESTARTS:
        what = f"{one.title} answers, but was started again {facts.restarts} times"
        yield Finding(one.name, Severity.WARNING, what, name, f"docker logs --tail 20 {name}")
    else:
        yield Finding(one.name, Severity.OK, "runs and answers", name)


def owners(docker: Docker, project: str, record: ComposeRecord, registry: str) -> Iterator[Finding]:
    """Whether the user that each part runs as may write in its volume. `registry` is the mirror, if one is set."""
    containers = docker.of_project(project)
    found: list[Finding] = []
    looked = 0
    for one in wanted_parts(record.without):
        container = containers.get(one.service, {})
        for volume in _volumes(container):
            user = str(docker.details(container)["Config"].get("User") or "")
            folder = _folder(docker.engine(), str(container["Id"]), str(volume["Destination"]))
            looked += folder is not None
            if folder is not None and not folder.writable_by(user):
                found.append(_wrong_owner(one, str(volume["Name"]), user, folder, registry))
    if not looked:
        raise Skip("there are no volumes yet")
    yield from found or [Finding("owners", Severity.OK, f"each of {looked} volumes can be written by its part")]


@dataclass(frozen=True, slots=True)
class Folder:
    """Owner, group and permission bits of a folder in a container."""

    uid: int
    gid: int
    mode: int

    def writable_by(self, user: str) -> bool:
        """Whether a user as compose.yaml writes it (`uid:gid`) may make files there."""
        uid, _, gid = user.partition(":")
        if not uid.isdigit() or uid == "0":
            return True
        if self.uid == int(uid):
            return bool(self.mode & 0o200)
        return bool(self.mode & (0o020 if gid.isdigit() and self.gid == int(gid) else 0o002))


def _folder(docker_engine: DockerEngine, container: str, path: str) -> Folder | None:
    """A folder of a container, running or not. The Docker engine answers with an archive of all that is in it; the
    first header of that is the folder itself, and no more is read.
    """
    import tarfile

    try:
        header = docker_engine.beginning(f"/containers/{container}/archive?path={quote(path)}", _TAR_HEADER, PATIENCE_S)
        entry = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
    except (NotReady, tarfile.HeaderError):
        return None
    return Folder(entry.uid, entry.gid, entry.mode)


def _volumes(container: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in container.get("Mounts") or () if one.get("Type") == "volume" and one.get("RW")]


def _wrong_owner(one: Part, volume: str, user: str, folder: Folder, registry: str) -> Finding:
    what = (
        f"{one.title} runs as {user} and may not write in its volume, "
        f"which belongs to {folder.uid}:{folder.gid} (mode {folder.mode & 0o777:o})"
    )
    severity = Severity.ERROR if one.core else Severity.WARNING
    return Finding("owners", severity, what, volume, give_volume(volume, user, registry))
