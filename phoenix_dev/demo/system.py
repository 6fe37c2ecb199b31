"""Starts and stops the six processes of the demo."""

from __future__ import annotations

import contextlib
import http.client
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from phoenix_dev.demo import launch, state
from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.demo.state import DemoSystem, ServiceProcess
from phoenix_dev.errors import NotReady
from phoenix_dev.processes.identity import identity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Seconds that a service has to end by itself after SIGTERM; its last requests and its last export fit in.
_END_DEADLINE = 6.0


@dataclass(frozen=True, slots=True)
class DemoStart:
    """The running demo; `fresh` tells whether this start brought it up, `note` what else there is to tell."""

    system: DemoSystem
    fresh: bool
    note: str = ""


def running(home: Path) -> DemoSystem:
    """The demo that runs. Raises NotReady when none does, or not all of it."""
    system = state.load(home)
    if system is None or not system.is_alive():
        raise NotReady("The demo system is not running.", hint="phoenix-dev demo start")
    return system


def start(home: Path, variables: Mapping[str, str], *, seed: int = 0, timeout: float = 20.0) -> DemoStart:
    """Start all six services and return when each is ready.

    `home` is the project's folder, `variables` are the OpenTelemetry variables of the stack (`phoenix-dev env`). Where
    the demo already runs and sends to the same endpoint it is left alone; one that is damaged or sends elsewhere is
    started anew. Raises NotReady naming the service that was not ready in `timeout` seconds; none is left running then.
    """
    endpoint = variables["OTEL_EXPORTER_OTLP_ENDPOINT"]
    with state.locked(home) as folder:
        before, note = state.load(home), ""
        if before is not None:
            if before.is_alive() and before.otlp_endpoint == endpoint:
                return DemoStart(before, fresh=False)
            note = "it sent elsewhere" if before.is_alive() else "it was not whole"
            _end(before.services)
        with launch.reserve() as grpc:
            system = DemoSystem(endpoint, seed, grpc.getsockname()[1], ())
            try:
                system = _launch(home, folder, system, variables)
                _await_ready(system.services, time.monotonic() + timeout)
            except BaseException:
                begun = state.load(home)
                _end(begun.services if begun else ())
                state.forget(home)
                raise
        return DemoStart(system, fresh=True, note=f"The demo system was started anew: {note}." if note else "")


def stop(home: Path) -> tuple[str, ...]:
    """End the processes that were started, and no other. Returns the names of those that still ran."""
    if not state.folder_of(home).is_dir():
        return ()
    with state.locked(home):
        system = state.load(home)
        ended = _end(system.services) if system else ()
        state.forget(home)
        return ended


def flush(system: DemoSystem) -> None:
    """Make every service send what it holds; returns after the receiver has answered.

    Raises NotReady naming one that does not answer.
    """
    for service in system.services:
        status = ask(service, "POST", "/flush", 30.0)[0]
        if status != 200:
            raise NotReady(
                f"{service.name} could not send what it holds to {system.otlp_endpoint}.", hint=f"tail '{service.log}'"
            )


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
            f"{service.name} of the demo does not answer at {service.url}: {reason}.", hint=f"tail '{service.log}'"
        ) from error
    finally:
        connection.close()


def _launch(home: Path, folder: Path, system: DemoSystem, variables: Mapping[str, str]) -> DemoSystem:
    run = uuid4().hex[:12]
    sockets = {name: launch.listen() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{each.getsockname()[1]}" for name, each in sockets.items()}
    specification = {"urls": urls, "grpc_port": system.grpc_port, "seed": system.seed, "folder": str(folder.absolute())}
    try:
        for name in SERVICES:
            log = folder / f"{name}.log"
            _set_aside(log)
            pid = launch.spawn(name, run, sockets[name], log, variables, specification)
            service = ServiceProcess(name, pid, identity(pid), urls[name], str(log))
            system = replace(system, services=(*system.services, service))
            # After each, so that a start that is killed half-way leaves no process that nobody knows of.
            state.save(home, system)
    finally:
        for each in sockets.values():
            each.close()
    return system


def _await_ready(services: Sequence[ServiceProcess], deadline: float) -> None:
    """Return once each service answers.

    Each already has its socket: it answers when it can, or the connection breaks when it ends.
    """
    for service in services:
        try:
            status, body = ask(service, "GET", "/health/readiness", max(0.001, deadline - time.monotonic()))
        except NotReady as error:
            raise NotReady(f"{service.name} of the demo did not start.", hint=f"tail '{service.log}'") from error
        if status != 200:
            raise NotReady(
                f"{service.name} of the demo is not ready: {body.decode(errors='replace')}.",
                hint=f"tail '{service.log}'",
            )


def _end(services: Sequence[ServiceProcess]) -> tuple[str, ...]:
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


def _set_aside(log: Path) -> None:
    """Keep the log of the last run, not of those before."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
