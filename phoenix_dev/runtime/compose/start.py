"""How the real stack is started: files, images, ports, compose, and then every part is asked until it answers."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.alerting.channels import channels_of
from phoenix_dev.assets import assets_folder
from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose import images
from phoenix_dev.runtime.compose.alert_files import AlertFiles
from phoenix_dev.runtime.compose.awaited import LINES, Awaited
from phoenix_dev.runtime.compose.collector_targets import tell_collector
from phoenix_dev.runtime.compose.command import ComposeCommand, PortTaken
from phoenix_dev.runtime.compose.container_reader import ContainerReader
from phoenix_dev.runtime.compose.containers import Containers
from phoenix_dev.runtime.compose.docker_socket import socket_environment
from phoenix_dev.runtime.compose.logs import SERVICE as LOG_FILES
from phoenix_dev.runtime.compose.logs import ComposeLogs
from phoenix_dev.runtime.compose.parts import PARTS, wanted_parts
from phoenix_dev.runtime.compose.record import ComposeRecord
from phoenix_dev.runtime.compose.remedy import remedy
from phoenix_dev.runtime.compose.rules import rule_files
from phoenix_dev.runtime.compose.stack_ports import choose_ports, published
from phoenix_dev.runtime.compose.variables import variables_of
from phoenix_dev.runtime.record import StackRecord
from phoenix_dev.runtime.scraped import infrastructure_files, name_services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
        awaited = Awaited(self._containers, numbers, self.listener)
        failed = awaited.failures(starting, started_at, deadline)
        if lost := awaited.lost_ports(failed):
            numbers, notes = self._bring_up(starting, unavailable, channels, lost)
            failed = Awaited(self._containers, numbers, self.listener).failures(starting, started_at, deadline)
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
            self._write_files(AlertFiles(self.home, self.settings, channels, chosen.numbers, missing))
            # From here on there may be something to stop, also when this is interrupted.
            StackRecord("compose", self.settings.project, self.settings.profile).write(self.home)
            self._record(chosen.numbers, unavailable, channels).write(self.home)
            there = self._awake()
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

    def _awake(self) -> Mapping[str, ContainerFacts]:
        """The containers that there are, none of them paused: a drill that was killed leaves what it had paused, and
        compose starts nothing of that kind.
        """
        there = self._containers.facts()
        paused = [service for service, facts in there.items() if facts.status == "paused"]
        for service in paused:
            self._containers.tell(service, "unpause")
        return self._containers.facts() if paused else there

    def _write_files(self, alert_files: AlertFiles) -> None:
        """All that compose and the parts read of ours."""
        alert_files.write_secrets()
        further = {**self._logs.prepare(), **socket_environment(self.docker_engine), **alert_files.variables()}
        environment = {**variables_of(self.settings, alert_files.ports), **further}
        contents = {
            **alert_files.files(assets_folder()),
            **infrastructure_files(self.settings),
            **rule_files(self.settings.tuning),
        }
        self.files.write(assets_folder(), environment, contents)
        name_services(self.home, self.settings)
        tell_collector(self.home, self._containers)

    def _unread_logs(self) -> list[str]:
        """What to tell when log files are to be read and their collector does not run."""
        facts = self._containers.facts() if self._logs.services else {}
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

    @property
    def _containers(self) -> Containers:
        return Containers(self.docker_engine, self.settings.project)

    def _cannot_start(self, part: Part, why: str) -> NotReady:
        facts = self._containers.facts().get(part.service)
        name = facts.name if facts else f"{self.settings.project}-{part.service}-1"
        said = self._containers.last_lines(part.service, LINES)
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
