"""Which port each part of the stack is published on: the one the user named and no other, else the usual one or the
next that is free. What the project's own containers publish is theirs, and stays.
"""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.parts import PORT_LABEL, PROJECT_LABEL, SERVICE_LABEL, Part
from phoenix_dev.runtime.ports import WantedPort, some_free_port

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.settings import Settings


@dataclass(frozen=True, slots=True)
class Published:
    """What running containers publish: by name for a project's own, as bare numbers for the others."""

    ours: Mapping[str, int] = field(default_factory=dict)
    others: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A number for each port by name, and what to tell about those that moved."""

    numbers: Mapping[str, int]
    notes: tuple[str, ...] = ()


def published(docker_engine: DockerEngine, project: str, parts: Sequence[Part]) -> Published:
    """What is published now. Raises NotReady when the Docker engine does not answer."""
    names = {(part.service, port.inside): port.name for part in parts for port in part.ports}
    ours: dict[str, int] = {}
    others: set[int] = set()
    for container in docker_engine.ask("/containers/json"):
        labels = container.get("Labels") or {}
        on_host = _on_host(labels)
        if labels.get(PROJECT_LABEL) == project:
            ours |= on_host
        else:
            # Also while nobody listens: a part that reads its configuration anew lets go of its port for a moment.
            others |= set(on_host.values())
        for one in container.get("Ports") or ():
            name = names.get((labels.get(SERVICE_LABEL, ""), one["PrivatePort"]))
            if "PublicPort" not in one:
                continue
            if name and labels.get(PROJECT_LABEL) == project:
                ours[name] = one["PublicPort"]
            else:
                others.add(one["PublicPort"])
    return Published(ours, frozenset(others))


def _on_host(labels: Mapping[str, str]) -> dict[str, int]:
    """By name, the ports of a part in the network of the host, of which Docker does not know."""
    told = {key.removeprefix(PORT_LABEL): text for key, text in labels.items() if key.startswith(PORT_LABEL)}
    return {name: int(text) for name, text in told.items() if text.isdecimal()}


def choose_ports(
    settings: Settings, parts: Sequence[Part], now: Published, before: Mapping[str, int], lost: frozenset[int]
) -> Chosen:
    """A port for each that the parts publish.

    `before` is what they had when they last ran, `lost` are ports that turned out not to be had. Raises NotReady when
    a port that the user named is taken, or none is left.
    """
    taken = set(now.others | lost)
    numbers: dict[str, int] = {}
    notes: list[str] = []
    for port in (port for part in parts for port in part.ports):
        earlier = now.ours.get(port.name) or before.get(port.name, 0)
        wanted = WantedPort.of(settings, port.name, port.what, earlier)
        number = _first_free(wanted, now.ours.get(port.name, 0), taken)
        numbers[port.name] = number
        taken.add(number)
        if now.ours.get(port.name) != number and (note := wanted.moved_to(number)):
            notes.append(note)
    return Chosen(numbers, tuple(notes))


def _first_free(wanted: WantedPort, ours: int, taken: set[int]) -> int:
    for number in wanted.candidates():
        error = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)) if number in taken else None
        if number == ours and error is None:
            return number
        error = error or _why_not(number)
        if error is None:
            return number
        if wanted.named:
            raise wanted.refused(error) from error
    raise NotReady(f"no port near {wanted.number} is free for {wanted.what}", hint=wanted.way_out(some_free_port()))


def _why_not(number: int) -> OSError | None:
    """Why nobody can listen on a port of 127.0.0.1; None when one can."""
    try:
        socket.create_server(("127.0.0.1", number)).close()
    except OSError as error:
        return error
    return None
