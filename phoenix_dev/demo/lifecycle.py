"""Brings services of the demo up and down: launched, waited for, asked, ended."""

from __future__ import annotations

import contextlib
import http.client
import os
import time
from shlex import quote
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from phoenix_dev.demo import launch
from phoenix_dev.demo.state import ServiceProcess
from phoenix_dev.errors import NotReady
from phoenix_dev.processes.identity import identity

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.demo.state import DemoSystem

#: Seconds that a service has to end by itself after SIGTERM; its last requests and its last export fit in.
_END_DEADLINE = 6.0


def launch_one(
    name: str, listening: socket.socket, log: Path, variables: Mapping[str, str], specification: Mapping[str, Any]
) -> ServiceProcess:
    """Start the process of a service, which answers on a socket that listens already."""
    pid = launch.spawn(name, listening, log, variables, specification)
    return ServiceProcess(name, pid, identity(pid), specification["urls"][name], str(log))


def specification(system: DemoSystem, urls: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """What a service must know of the system that it is part of; `folder` is the demo's own."""
    about = {"urls": dict(urls), "grpc_port": system.grpc_port, "seed": system.seed, "folder": str(folder.absolute())}
    # A word that tells the processes of one start from those of every other.
    return {**about, "run": uuid4().hex[:12]}


def ask(service: ServiceProcess, method: str, path: str, timeout: float) -> tuple[int, bytes]:
    """Status and body of one request without a body. Raises NotReady when there is no answer."""
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=timeout)
    try:
        connection.request(method, path, headers={"content-length": "0"} if method == "POST" else {})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise NotReady(
            f"{service.name} of the demo does not answer at {service.url}: {reason}.", hint=f"tail {quote(service.log)}"
        ) from error
    finally:
        connection.close()


def await_ready(services: Sequence[ServiceProcess], deadline: float, endpoint: str = "readiness") -> None:
    """Return once each service says at this health endpoint that it is well.

    Each already has its socket: it answers when it can, or the connection breaks when it ends.
    """
    for service in services:
        try:
            status, body = ask(service, "GET", f"/health/{endpoint}", max(0.001, deadline - time.monotonic()))
        except NotReady as error:
            raise NotReady(f"{service.name} of the demo did not start.", hint=f"tail {quote(service.log)}") from error
        if status != 200:
            raise NotReady(
                f"{service.name} of the demo is not ready: {body.decode(errors='replace')}.",
                hint=f"tail {quote(service.log)}",
            )


def end(services: Sequence[ServiceProcess]) -> tuple[str, ...]:
    """SIGTERM to each, SIGKILL to those that do not obey; the names of those that lived."""
    import signal

    living = _signal(services, signal.SIGTERM)
    _await_end(living)
    stubborn = _signal(living, signal.SIGKILL)
    _await_end(stubborn)
    return tuple(service.name for service in living)


def _signal(services: Sequence[ServiceProcess], number: int) -> list[ServiceProcess]:
    """Send a signal to those that live, and return them."""
    return [service for service in services if service.send_signal(number)]


def _await_end(services: Sequence[ServiceProcess]) -> None:
    """Return when none lives any more, or the time to end is over.

    Looks rather than waits: whose child a service is differs, and one that has ended may stay a zombie for as long as
    its parent likes.
    """
    deadline = time.monotonic() + _END_DEADLINE
    while any(service.alive for service in services) and time.monotonic() < deadline:
        time.sleep(0.01)
    for service in services:
        with contextlib.suppress(ChildProcessError):  # the usual case: started by another command
            os.waitpid(service.pid, os.WNOHANG)
