"""Are the ports free that the stack wants, and who has those that are not?"""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any

from phoenix_dev.checks.docker import name_of
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.receiver.sockets import LOOPBACK, bind
from phoenix_dev.runtime.ports import WantedPort, some_free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_OURS = "dev.phoenix.project"
_ENGINE = "phoenix_dev.runtime.engine"


@dataclass(frozen=True, slots=True)
class Usage:
    """A port that is wanted, and the one that the running stack has instead (0: it does not run)."""

    wanted: WantedPort
    has: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a port. `ours`: another project's stack, which is as it should be."""

    who: str
    look: str
    ours: bool = False


def ports(
    usages: Sequence[Usage], containers: Sequence[Mapping[str, Any]], hosts: Sequence[str] = LOOPBACK
) -> Iterator[Finding]:
    """A finding for each port that others have; `containers` as the engine lists them."""
    found = [finding for usage in usages for finding in _one(usage, containers, hosts)]
    yield from found
    if found:
        return
    numbers = ", ".join(str(usage.wanted.number) for usage in usages)
    have = "the stack has its ports" if any(usage.has for usage in usages) else "free"
    yield Finding("ports", Severity.OK, f"{have}: {numbers}")


def holder_of(port: int, containers: Sequence[Mapping[str, Any]]) -> Holder:
    """Who listens on a port of this machine: a container, else a process, else one that this user may not see."""
    for container in containers:
        if any(one.get("PublicPort") == port for one in container.get("Ports") or ()):
            name = name_of(container)
            project = (container.get("Labels") or {}).get(_OURS, "")
            if project:
                who = f"project {project} (container {name})"
                return Holder(who, f"phoenix-dev --project {quote(project)} down", ours=True)
            return Holder(f"the container {name}", f"docker stop {name}")
    return _process(port)


def _one(usage: Usage, containers: Sequence[Mapping[str, Any]], hosts: Sequence[str]) -> Iterator[Finding]:
    wanted = usage.wanted
    if usage.has == wanted.number:
        return
    if not _is_taken(wanted.number, hosts):
        if usage.has:
            what = f"{wanted.what} listens on {usage.has} although port {wanted.number} is free again"
            yield Finding("ports", Severity.INFO, what, _address(usage.has), "phoenix-dev down && phoenix-dev up")
        return
    by = holder_of(wanted.number, containers)
    where = _address(wanted.number)
    if wanted.named:
        what = f"port {wanted.number}, named for {wanted.what}, is taken by {by.who}"
        yield Finding("ports", Severity.ERROR, what, where, wanted.way_out(some_free_port()))
        return
    instead = f"listens on {usage.has}" if usage.has else "will listen on the next that is free"
    what = f"port {wanted.number} is taken by {by.who}: {wanted.what} {instead}"
    yield Finding("ports", Severity.INFO if by.ours else Severity.WARNING, what, where, by.look)


def _process(port: int) -> Holder:
    import psutil

    try:
        listening = [one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
        pid = next((one.pid for one in listening if one.laddr and one.laddr[1] == port and one.pid), None)
        if pid is not None:
            process = psutil.Process(pid)
            ours = _ENGINE in process.cmdline()
            name = "another project's engine" if ours else process.name()
            return Holder(f"{name} (process {pid})", f"ps -fp {pid}", ours)
    except psutil.Error:
        pass
    return Holder("a process of another user", f"sudo ss -ltnp 'sport = :{port}'")


def _is_taken(port: int, hosts: Sequence[str]) -> bool:
    try:
        for socket in bind(hosts, port):
            socket.close()
    except OSError:
        return True
    return False


def _address(port: int) -> str:
    return f"127.0.0.1:{port}"
