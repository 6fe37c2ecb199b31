"""Starts and stops the six processes of the demo, all or one."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phoenix_dev.demo import launch, lifecycle, state, tally
from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.demo.lifecycle import ask
from phoenix_dev.demo.state import DemoSystem
from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping


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
            lifecycle.end(before.services)
        tally.forget(folder)
        with launch.reserve() as grpc:
            system = DemoSystem(endpoint, seed, grpc.getsockname()[1], ())
            try:
                system = _launch(home, folder, system, variables)
                lifecycle.await_ready(system.services, time.monotonic() + timeout)
            except BaseException:
                begun = state.load(home)
                lifecycle.end(begun.services if begun else ())
                state.forget(home)
                raise
        return DemoStart(system, fresh=True, note=f"The demo system was started anew: {note}." if note else "")


def stop(home: Path) -> tuple[str, ...]:
    """End the processes that were started, and no other. Returns the names of those that still ran."""
    if not state.folder_of(home).is_dir():
        return ()
    with state.locked(home):
        system = state.load(home)
        ended = lifecycle.end(system.services) if system else ()
        state.forget(home)
        return ended


def withdraw(home: Path, system: DemoSystem, service: str) -> None:
    """End one service, whose address stays its own. What it held has been sent, what it counted is kept."""
    state.save(home, system)  # before it ends, so that nobody who looks finds a system that is not whole
    lifecycle.end([each for each in system.services if each.name == service])


def restore(
    home: Path, system: DemoSystem, service: str, variables: Mapping[str, str], *, timeout: float = 20.0
) -> DemoSystem:
    """Start one service again where it was; what runs then. Raises NotReady when its port is taken, or when it does not
    answer in `timeout` seconds.
    """
    before = next(each for each in system.services if each.name == service)
    log = Path(before.log)
    try:
        listening = launch.listen(urlsplit(before.url).port or 0)
    except OSError as error:
        raise NotReady(
            f"{service} cannot come back to {before.url}: {error.strerror}",
            hint="phoenix-dev demo stop && phoenix-dev demo start",
        ) from error
    told = lifecycle.specification(system, {each.name: each.url for each in system.services}, log.parent)
    with listening:
        back = lifecycle.launch_one(service, listening, log, variables, told)
        services = tuple(back if each.name == service else each for each in system.services)
        system = replace(system, services=services)
        state.save(home, system)
    lifecycle.await_ready([back], time.monotonic() + timeout, "liveness")  # it may be made to say that it is not ready
    return system


def flush(system: DemoSystem) -> None:
    """Make every service send what it holds; returns after the receiver has answered.

    Raises NotReady naming one that does not answer and is not gone on purpose.
    """
    for service in system.services:
        try:
            status = ask(service, "POST", "/flush", 30.0)[0]
        except NotReady:
            now = state.read(Path(system.folder))
            if now is None or service.name not in now.away:
                raise
            continue
        if status != 200:
            raise NotReady(
                f"{service.name} could not send what it holds to {system.otlp_endpoint}.",
                hint=f"tail {quote(service.log)}",
            )


def counts(system: DemoSystem) -> dict[str, Any]:
    """What the services have done since the start (`phoenix_dev.demo.tally.counted`). Raises NotReady naming one that
    does not answer and is not gone on purpose.
    """
    running = (each for each in system.services if each.name not in system.away)
    return tally.counted(Path(system.folder), [json.loads(ask(each, "GET", "/tally", 10.0)[1]) for each in running])


def _launch(home: Path, folder: Path, system: DemoSystem, variables: Mapping[str, str]) -> DemoSystem:
    sockets = {name: launch.listen() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{each.getsockname()[1]}" for name, each in sockets.items()}
    told = lifecycle.specification(system, urls, folder)
    try:
        for name in SERVICES:
            log = folder / f"{name}.log"
            _set_aside(log)
            service = lifecycle.launch_one(name, sockets[name], log, variables, told)
            system = replace(system, services=(*system.services, service))
            # After each, so that a start that is killed half-way leaves no process that nobody knows of.
            state.save(home, system)
    finally:
        for each in sockets.values():
            each.close()
    return system


def _set_aside(log: Path) -> None:
    """Keep the log of the last run, not of those before."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
