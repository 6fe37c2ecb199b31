"""How the real stack is started: files, images, ports, compose, and then every part is asked until it answers."""

from __future__ import annotations

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.alerting.channels import channels_of
from phoenix_dev.assets import assets_folder
from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose import images
from phoenix_dev.runtime.compose.alert_files import AlertFiles
from phoenix_dev.runtime.compose.asking import Asking
from phoenix_dev.runtime.compose.command import ComposeCommand, PortTaken
from phoenix_dev.runtime.compose.container_reader import ContainerReader
from phoenix_dev.runtime.compose.containers import Containers
from phoenix_dev.runtime.compose.docker_socket import socket_environment
from phoenix_dev.runtime.compose.logs import SERVICE as LOG_FILES
from phoenix_dev.runtime.compose.logs import ComposeLogs
from phoenix_dev.runtime.compose.parts import PARTS, wanted_parts
from phoenix_dev.runtime.compose.readiness import why_not_ready
from phoenix_dev.runtime.compose.record import ComposeRecord
from phoenix_dev.runtime.compose.remedy import remedy
from phoenix_dev.runtime.compose.rules import rule_files
from phoenix_dev.runtime.compose.stack_ports import choose_ports, published
from phoenix_dev.runtime.record import StackRecord
from phoenix_dev.runtime.scraped import infrastructure_files, name_services
from phoenix_dev.scraping.targets import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from phoenix_dev.alerting.channels import Channels
    from phoenix_dev.runtime.compose.containers import ContainerFacts
    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.runtime.compose.parts import Part
    from phoenix_dev.runtime.compose.stack_files import StackFiles
    from phoenix_dev.runtime.protocol import Listener
    from phoenix_dev.settings import Settings

#: How often compose is told again when a port that was free a moment ago is not.
_ATTEMPTS = 5
_PROBE_S = 1.0
_POLL_S = 0.05
#: How often it is looked whether a part that does not answer has ended (seconds).
_LOOK_S = 1.0
#: How many lines of a part that failed are shown.
_LINES = 8
#: What a part on the host says of a port that it cannot have.
_IN_USE = "address already in use"
_HOUR_NS = 3600 * 10**9


@dataclass(frozen=True, slots=True)
class ComposeStart:
    """One start of one project. `docker_engine` answers; nobody else changes the stack meanwhile."""

    home: Path
    settings: Settings
    without: tuple[str, ...]
    listener: Listener
    docker_engine: DockerEngine
    files: StackFiles

    def run(self, timeout_s: float) -> tuple[str, ...]:
        """Return once every part accepts and answers, or an optional one does not: with what to tell the user.

        Raises NotReady when a core part does not start; what did start is left as it is.
        """
        channels = channels_of(self.settings)
        parts = wanted_parts(self.without)
        unavailable = images.fetch(self.docker_engine, parts, self.settings.images.registry, self.listener)
        started_at = time.monotonic()
        deadline = started_at + timeout_s
        starting = tuple(part for part in parts if part.name not in unavailable)
        numbers, notes = self._bring_up(starting, unavailable, channels)
        failed = self._await_ready(starting, numbers, started_at, deadline)
        if lost := self._lost_to_others(failed, numbers):
            numbers, notes = self._bring_up(starting, unavailable, channels, lost)
            failed = self._await_ready(starting, numbers, started_at, deadline)
        for part, why in failed.items():
            if part.core:
                raise self._cannot_start(part, why)
        told = [f"{part.title} does not run: {why}" for part, why in failed.items()]
        told += self._unread_logs()
        ContainerReader(self.home).start(self.settings.logs.containers, f"http://127.0.0.1:{numbers['otlp_http']}")
        return (*notes, *unavailable.values(), *told)

    def _bring_up(
        self,
        parts: Sequence[Part],
        unavailable: Mapping[str, str],
        channels: Channels,
        lost: frozenset[int] = frozenset(),
    ) -> tuple[Mapping[str, int], tuple[str, ...]]:
        """Have compose start the parts on ports that are free and not `lost`: the ports by name, and what to tell."""
        command = ComposeCommand(self.docker_engine, self.settings.project, self.files)
        before = ComposeRecord.read(self.home)
        for attempt in range(_ATTEMPTS):
            now = published(self.docker_engine, self.settings.project, PARTS)
            chosen = choose_ports(self.settings, parts, now, before.ports if before else {}, lost)
            missing = (*self.without, *unavailable)
            alert_files = AlertFiles(self.home, self.settings, channels, chosen.numbers, missing)
            alert_files.write_secrets()
            further = {**self._logs.prepare(), **socket_environment(self.docker_engine), **alert_files.variables()}
            environment = {**self._environment(chosen.numbers), **further}
            contents = {
                **alert_files.files(assets_folder()),
                **infrastructure_files(self.settings),
                **rule_files(self.settings.tuning),
            }
            self.files.write(assets_folder(), environment, contents)
            name_services(self.home, self.settings)
            Asking(self.home, Containers(self.docker_engine, self.settings.project)).tell()
            # From here on there may be something to stop, also when this is interrupted.
            StackRecord("compose", self.settings.project, self.settings.profile).write(self.home)
            self._record(chosen.numbers, unavailable, channels).write(self.home)
            there = Containers(self.docker_engine, self.settings.project).facts()
            services = [part.service for part in parts] + self._logs.services
            if unwanted := _to_be_removed(there, services):
                command.remove(unwanted)
            try:
                command.up(services, prepared=all(_runs(there.get(service)) for service in services))
            except PortTaken as taken:
                if attempt + 1 == _ATTEMPTS:
                    raise
                lost |= {taken.port}
            else:
                return chosen.numbers, chosen.notes
        raise AssertionError("the last attempt returns or raises")

    def _unread_logs(self) -> list[str]:
        """What to tell when log files are to be read and their collector does not run."""
        facts = Containers(self.docker_engine, self.settings.project).facts() if self._logs.services else {}
        reader = facts.get(LOG_FILES)
        if reader is None or reader.status == "running":
            return []
        return [f"the log files are not read: their collector {reader.name} {reader.why}"]

    def _record(self, numbers: Mapping[str, int], unavailable: Mapping[str, str], channels: Channels) -> ComposeRecord:
        logs = self.settings.logs
        return ComposeRecord(
            __version__, numbers, self.without, unavailable, logs.files, logs.containers, channels.real
        )

    @property
    def _logs(self) -> ComposeLogs:
        return ComposeLogs(self.home, self.settings.logs.files)

    def _environment(self, ports: Mapping[str, int]) -> Mapping[str, str]:
        """The values of the variables in compose.yaml."""
        keep = self.settings.retention
        numbers = {port.variable: str(ports[port.name]) for part in PARTS for port in part.ports if port.name in ports}
        return {
            "PHOENIX_DEV_PROJECT": self.settings.project,
            "PHOENIX_DEV_VERSION": __version__,
            "PHOENIX_DEV_REGISTRY": self.settings.images.registry,
            "PHOENIX_PROFILE": self.settings.profile,
            "PHOENIX_CRITICAL_SERVICES": _listed(self.settings.critical_services),
            # Beside the folder that compose runs from: who is scraped changes while it runs.
            "PHOENIX_DEV_TARGETS": f"../../{FOLDER}",
            "PHOENIX_RETENTION_TRACES": _hours(keep.age_ns("traces")),
            "PHOENIX_RETENTION_ERROR_TRACES": _hours(keep.age_ns("error_traces")),
            "PHOENIX_RETENTION_LOGS": _hours(keep.age_ns("logs")),
            "PHOENIX_RETENTION_METRICS": _hours(keep.age_ns("metrics")),
            "PHOENIX_RETENTION_METRICS_SIZE": f"{keep.size_bytes}B",
            **numbers,
        }

    def _await_ready(
        self, parts: Sequence[Part], numbers: Mapping[str, int], started_at: float, deadline: float
    ) -> Mapping[Part, str]:
        """Ask all parts at once until each answers: those that do not, and why."""
        failed: dict[Part, str] = {}
        over = threading.Event()
        pool = ThreadPoolExecutor(len(parts))
        try:
            waiting = {pool.submit(self._await_one, part, numbers, deadline, over): part for part in parts}
            for done in as_completed(waiting):
                part, why = waiting[done], done.result()
                if why:
                    failed[part] = why
                    lines = Containers(self.docker_engine, self.settings.project).last_lines(part.service, _LINES)
                    self.listener.failed(part.name, why, lines)
                else:
                    self.listener.ready(part.name, time.monotonic() - started_at)
        finally:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
        return failed

    def _await_one(self, part: Part, numbers: Mapping[str, int], deadline: float, over: threading.Event) -> str:
        """Why a part does not answer in time, or never will; empty once it does."""
        look = time.monotonic() + _LOOK_S
        while why := why_not_ready(part, numbers, _PROBE_S):
            now = time.monotonic()
            if now > look:
                facts = self._facts(part)
                if facts is None or facts.given_up:
                    return f"its container {facts.name} {facts.why}" if facts else "it has no container"
                look = now + _LOOK_S
            if now > deadline or over.is_set():
                return f"it {why}"
            time.sleep(_POLL_S)
        return ""

    def _lost_to_others(self, failed: Iterable[Part], numbers: Mapping[str, int]) -> frozenset[int]:
        """Ports of parts on the host that somebody else took after they were chosen: of those Docker knows nothing."""
        containers = Containers(self.docker_engine, self.settings.project)
        return frozenset(
            numbers[port.name]
            for part in failed
            if part.on_host and _IN_USE in "".join(containers.last_lines(part.service, _LINES))
            for port in part.ports
        )

    def _facts(self, part: Part) -> ContainerFacts | None:
        return Containers(self.docker_engine, self.settings.project).facts().get(part.service)

    def _cannot_start(self, part: Part, why: str) -> NotReady:
        containers = Containers(self.docker_engine, self.settings.project)
        facts = containers.facts().get(part.service)
        name = facts.name if facts else f"{self.settings.project}-{part.service}-1"
        said = containers.last_lines(part.service, _LINES)
        last = f"; it said last: {_plain(said[-1])}" if said else ""
        hint = remedy(part, self.settings.project, name, said, self.settings.images.registry)
        return NotReady(f"{part.title} does not start: {why}{last}", hint=hint)


def _to_be_removed(there: Mapping[str, ContainerFacts], wanted: Sequence[str]) -> list[str]:
    """Parts that are not wanted any more; and those that start again and again: left alone, the next attempt may be a
    minute away.
    """
    parts = {*(part.service for part in PARTS), LOG_FILES} & set(there)
    return sorted(name for name in parts if name not in wanted or there[name].status == "restarting")


def _runs(facts: ContainerFacts | None) -> bool:
    return facts is not None and facts.status == "running"


def _plain(line: str) -> str:
    """A line of a log without the colours it may have."""
    return re.sub(r"\x1b\[[0-9;]*m", "", line).strip()[:500]


def _listed(texts: Sequence[str]) -> str:
    """As a list of YAML, between the quotes of a file of variables."""
    quoted = json.dumps(texts).replace("'", "\\u0027")
    return f"'{quoted}'"


def _hours(ns: int) -> str:
    """An age in the unit that all parts understand."""
    return f"{ns // _HOUR_NS}h"
