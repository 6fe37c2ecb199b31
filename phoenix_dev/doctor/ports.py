"""Are the ports free that the stack wants, and who has those that are not?"""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any

from phoenix_dev.doctor.docker import name_of
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
    """What others have; what is as it should be in one finding. `containers` as the engine lists them."""
    elsewhere = [usage for usage in usages if usage.has != usage.wanted.number]
    holders = {
        usage.wanted.number: holder_of(usage.wanted.number, containers)
        for usage in elsewhere
        if _is_taken(usage.wanted.number, hosts)
    }
    found = [
        *_side_by_side([one for one in elsewhere if _is_side_by_side(one, holders)], holders),
        *_free_again([one for one in elsewhere if one.has and one.wanted.number not in holders]),
        *(_taken(one, holders[one.wanted.number]) for one in elsewhere if _is_in_the_way(one, holders)),
    ]
    yield from found or [_fine(usages)]


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


def _fine(usages: Sequence[Usage]) -> Finding:
    have = "the stack has its ports" if any(usage.has for usage in usages) else "free"
    return Finding("ports", Severity.OK, f"{have}: {_numbers(usages)}")


def _is_side_by_side(usage: Usage, holders: Mapping[int, Holder]) -> bool:
    holder = holders.get(usage.wanted.number)
    return holder is not None and holder.ours and not usage.wanted.named


def _is_in_the_way(usage: Usage, holders: Mapping[int, Holder]) -> bool:
    return usage.wanted.number in holders and not _is_side_by_side(usage, holders)


def _side_by_side(usages: Sequence[Usage], holders: Mapping[int, Holder]) -> Iterator[Finding]:
    """Another project has the usual ports: that is what two projects side by side look like."""
    if not usages:
        return
    holder = holders[usages[0].wanted.number]
    what = f"{holder.who} has {_numbers(usages)}; {_instead(usages)}"
    yield Finding("ports", Severity.INFO, what, fix=holder.look)


def _free_again(usages: Sequence[Usage]) -> Iterator[Finding]:
    if usages:
        what = f"the usual {_numbers(usages)} would be free again; {_instead(usages)}"
        yield Finding("ports", Severity.INFO, what, fix="phoenix-dev down && phoenix-dev up")


def _instead(usages: Sequence[Usage]) -> str:
    if not any(usage.has for usage in usages):
        return "the stack will take the next that are free"
    return "the stack listens on " + ", ".join(str(usage.has) for usage in usages)


def _taken(usage: Usage, by: Holder) -> Finding:
    wanted = usage.wanted
    where = f"127.0.0.1:{wanted.number}"
    if wanted.named:
        what = f"port {wanted.number}, named for {wanted.what}, is taken by {by.who}"
        return Finding("ports", Severity.ERROR, what, where, wanted.way_out(some_free_port()))
    instead = f"listens on {usage.has}" if usage.has else "will listen on the next that is free"
    what = f"port {wanted.number} is taken by {by.who}: {wanted.what} {instead}"
    return Finding("ports", Severity.WARNING, what, where, by.look)


def _numbers(usages: Sequence[Usage]) -> str:
    return ", ".join(str(usage.wanted.number) for usage in usages)


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
