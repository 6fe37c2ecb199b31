"""The compose runtime: the real stack in containers of a Docker engine on this machine.

Who only reads asks it for endpoints: what starts, stops and asks a stack is loaded when it is used.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from phoenix_dev.errors import NotReady
from phoenix_dev.model.stack import StoredData
from phoenix_dev.processes.lock import FileLock
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.compose.containers import Containers
from phoenix_dev.runtime.compose.record import ComposeRecord
from phoenix_dev.runtime.protocol import Silence, Started, Stopped
from phoenix_dev.runtime.record import StackRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.model.stack import Endpoints, StackStatus
    from phoenix_dev.runtime.compose.disturbing import Disturbing
    from phoenix_dev.runtime.compose.docker_engine import DockerEngine
    from phoenix_dev.runtime.compose.drill import ComposeDrill
    from phoenix_dev.runtime.compose.stack_files import StackFiles
    from phoenix_dev.runtime.protocol import Disturbance, Listener
    from phoenix_dev.settings import Settings

_LOCK = "compose.lock"
_FOLDER = "stack"
_POLL_S = 0.05
#: How long `down` waits for an `up` that is under way (seconds).
_OTHERS_S = 60.0


@dataclass(frozen=True, slots=True)
class ComposeRuntime:
    """The stack of one project in containers. `home` is the project's state folder; it need not exist yet.

    `without` names the optional parts that are not wanted; None stands for those that were left out last.
    """

    home: Path
    settings: Settings
    without: tuple[str, ...] | None = None
    listener: Listener = field(default_factory=Silence)

    @property
    def name(self) -> Literal["compose"]:
        """See Runtime."""
        return "compose"

    @property
    def readable_when_stopped(self) -> Literal[False]:
        """See Runtime."""
        return False

    @property
    def left_out(self) -> tuple[str, ...]:
        """The optional parts that a start leaves out."""
        if self.without is not None:
            return self.without
        record = ComposeRecord.read(self.home)
        return record.without if record else ()

    @property
    def docker_engine(self) -> DockerEngine:
        """The Docker engine. Raises NotReady when what names it is wrong."""
        from phoenix_dev.runtime.compose.docker_engine import resolve_engine

        return resolve_engine()

    @property
    def files(self) -> StackFiles:
        """What compose runs from."""
        from phoenix_dev.runtime.compose.stack_files import StackFiles

        return StackFiles(self.home.absolute() / _FOLDER)

    def start(self, timeout_s: float) -> Started:
        """See Runtime; images that are missing are pulled first, and `timeout_s` begins after that."""
        from phoenix_dev.runtime.compose.start import ComposeStart

        docker_engine = self.docker_engine
        docker_engine.require()
        with folder.writing(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            with self._alone(timeout_s + _OTHERS_S):
                notes = ComposeStart(
                    self.home, self.settings, self.left_out, self.listener, docker_engine, self.files
                ).run(timeout_s)
                self._drill.heal()
        return Started(self._status(brief=True), notes)

    def stop(self) -> Stopped:
        """See Runtime."""
        from phoenix_dev.runtime.compose.command import ComposeCommand
        from phoenix_dev.runtime.compose.container_reader import ContainerReader

        if not self.home.is_dir():
            return Stopped(ran=False)
        docker_engine = self.docker_engine
        with folder.writing(self.home), self._alone(_OTHERS_S):
            # What ran comes back together with its Docker engine, so "nothing runs" would not be true for long.
            docker_engine.require()
            ContainerReader(self.home).stop()
            ran = bool(Containers(docker_engine, self.settings.project).facts())
            if ran or self.files.there:
                if not self.files.there:
                    self._write_files_anew()
                ComposeCommand(docker_engine, self.settings.project, self.files).down()
            ComposeRecord.forget(self.home)
        return Stopped(ran=ran)

    def status(self) -> StackStatus:
        """See Runtime."""
        return self._status(brief=False)

    def endpoints(self) -> Endpoints:
        """See Runtime."""
        record = ComposeRecord.read(self.home)
        if record is None:
            raise NotReady(f"the stack of project {self.settings.project} does not run", hint="phoenix-dev up")
        return record.endpoints

    def begin_drill(self, time_scale: float) -> None:
        """See Runtime. Raises NotReady for a stack that `up` did not start."""
        from phoenix_dev.alerting.notifier import Pace

        self.endpoints()
        alerts = self.settings.alerts
        pace = Pace.of(alerts.group_wait, alerts.group_interval, alerts.repeat_interval)
        with folder.writing(self.home), self._alone(_OTHERS_S):
            self._drill.begin(time_scale, self.settings.tuning, pace)

    def end_drill(self) -> None:
        """See Runtime."""
        with folder.writing(self.home), self._alone(_OTHERS_S):
            self._drill.end()

    def disturb(self, part: str, how: Disturbance) -> None:
        """See Runtime."""
        self._disturbing.disturb(part, how)

    def undo(self, part: str, how: Disturbance) -> None:
        """See Runtime."""
        self._disturbing.undo(part, how)

    def notice_services(self) -> None:
        """See Runtime. Without a Docker engine nothing runs that would ask."""
        from phoenix_dev.runtime.compose.collector_targets import tell_collector

        if ComposeRecord.read(self.home) is None or self.docker_engine.why_not():
            return
        with folder.writing(self.home), self._alone(_OTHERS_S):
            tell_collector(self.home, self._containers)

    def data(self, *, sized: bool = True) -> StoredData:
        """See Runtime. Raises NotReady when no Docker engine answers."""
        containers = Containers(self.docker_engine, self.settings.project)
        volumes = containers.volumes()
        if not volumes:
            return StoredData()
        size = sum(containers.volume_sizes().values()) if sized else 0
        return StoredData(f"the volumes {', '.join(volumes)}", size)

    def delete_data(self) -> None:
        """See Runtime."""
        containers = Containers(self.docker_engine, self.settings.project)
        if containers.facts():
            raise NotReady("the data cannot be deleted while the stack runs", hint="phoenix-dev down --data")
        containers.remove_volumes()
        from phoenix_dev.runtime.compose.container_reader import ContainerReader
        from phoenix_dev.runtime.compose.logs import ComposeLogs

        ComposeLogs(self.home, ()).forget()
        ContainerReader(self.home).forget()

    def _status(self, *, brief: bool) -> StackStatus:
        from phoenix_dev.runtime.compose.status import status_of

        last = StackRecord.read(self.home)
        profile = last.profile if last else self.settings.profile
        record = ComposeRecord.read(self.home)
        return status_of(self.home, self.settings.project, profile, record, brief=brief)

    @property
    def _containers(self) -> Containers:
        return Containers(self.docker_engine, self.settings.project)

    @property
    def _drill(self) -> ComposeDrill:
        from phoenix_dev.runtime.compose.drill import ComposeDrill

        return ComposeDrill(self.home, self.files, self._containers)

    @property
    def _disturbing(self) -> Disturbing:
        from phoenix_dev.runtime.compose.disturbing import Disturbing

        return Disturbing(self._containers)

    def _write_files_anew(self) -> None:
        from phoenix_dev.assets import assets_folder

        self.files.write(assets_folder(), {})

    @contextmanager
    def _alone(self, patience_s: float) -> Iterator[None]:
        """Held while the stack of this folder is changed: two at once would undo each other's work."""
        deadline = time.monotonic() + patience_s
        while (lock := FileLock.take(self.home / _LOCK)) is None:
            if time.monotonic() > deadline:
                raise NotReady(
                    f"another phoenix-dev has been starting or stopping the stack in {self.home} for {patience_s:g} s",
                    hint="phoenix-dev status",
                )
            time.sleep(_POLL_S)
        with lock:
            yield
