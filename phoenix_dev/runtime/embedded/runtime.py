"""The embedded runtime: one background process a project, found by the lock it holds."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Literal

from phoenix_dev.errors import NotReady, UsageError
from phoenix_dev.model.stack import Endpoints, StackStatus, StoredData
from phoenix_dev.processes.drill import begin_drill, forget_drill
from phoenix_dev.processes.lock import FileLock
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.embedded.farewell import Farewell
from phoenix_dev.runtime.embedded.handle import EngineHandle
from phoenix_dev.runtime.protocol import Started, Stopped
from phoenix_dev.runtime.record import EngineRecord, StackRecord
from phoenix_dev.runtime.scraped import name_services
from phoenix_dev.telemetry.set_aside import is_set_aside

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.embedded.wanted import WantedEngine
    from phoenix_dev.runtime.protocol import Disturbance
    from phoenix_dev.settings import Settings


@dataclass(frozen=True, slots=True)
class EmbeddedRuntime:
    """The stack of one project in one process. `home` is the project's state folder; it need not exist yet."""

    home: Path
    settings: Settings

    @property
    def name(self) -> Literal["embedded"]:
        """See Runtime."""
        return "embedded"

    @property
    def readable_when_stopped(self) -> Literal[True]:
        """See Runtime."""
        return True

    @property
    def engine(self) -> EngineHandle:
        """The process, whether or not it lives."""
        return EngineHandle(self.home)

    @property
    def _wanted(self) -> WantedEngine:
        from phoenix_dev.runtime.embedded.wanted import WantedEngine

        return WantedEngine(self.settings)

    def start(self, timeout_s: float) -> Started:
        """See Runtime. Raises UsageError for a profile other than development, and for a channel that is not set up as
        it has to be.
        """
        from phoenix_dev.alerting.channels import channels_of

        profile = self.settings.profile
        if profile != "development":
            raise UsageError(
                f"the embedded runtime knows the profile development only, not {profile}",
                hint="phoenix-dev up --profile development",
            )
        channels_of(self.settings)  # a file of a secret that is not what it should be is told now
        with folder.writing(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.engine.lock, os.O_RDWR | os.O_CREAT, 0o600))
            notes = self._bring_up(time.monotonic() + timeout_s)
            name_services(self.home, self.settings)
            StackRecord(self.name, self.settings.project, profile).write(self.home)
            Farewell.forget(self.home)
        return Started(self.status(), notes)

    def stop(self) -> Stopped:
        """See Runtime."""
        return self.engine.stop()

    def status(self) -> StackStatus:
        """See Runtime."""
        from phoenix_dev.runtime.embedded.status import status_of

        last = StackRecord.read(self.home)
        profile = last.profile if last else self.settings.profile
        idle = StackStatus(self.name, profile, self.settings.project, "stopped", data=self.data())
        return status_of(self.engine, idle)

    def endpoints(self) -> Endpoints:
        """See Runtime."""
        record = self.engine.record()
        if record is None:
            raise NotReady(f"the stack of project {self.settings.project} does not run", hint="phoenix-dev up")
        return record.endpoints

    def begin_drill(self, time_scale: float) -> None:
        """See Runtime: the process that watches looks whether one is on."""
        self.endpoints()
        begin_drill(self.home, time_scale)

    def end_drill(self) -> None:
        """See Runtime."""
        forget_drill(self.home)

    def disturb(self, part: str, how: Disturbance) -> None:
        """See Runtime; here are no parts."""
        raise UsageError(
            f"the embedded runtime has no parts, so none to {how}: not '{part}' either", hint="phoenix-dev status"
        )

    def undo(self, part: str, how: Disturbance) -> None:
        """See Runtime."""

    def notice_services(self) -> None:
        """See Runtime: the process that watches looks each time."""

    def data(self, *, sized: bool = True) -> StoredData:  # noqa: ARG002 - a look at two files
        """See Runtime."""
        files = self._data_files()
        path = str(self.home / folder.DATABASE) if files else ""
        running = self.engine.record()
        limit = running.limits.size if running and running.limits else self._wanted.limits.size
        used = sum(_size(path) for path in files if not is_set_aside(path))
        return StoredData(path, used, limit_bytes=limit)

    def delete_data(self) -> None:
        """See Runtime."""
        if not self._data_files():
            return
        with folder.writing(self.home):
            lock = FileLock.take(self.engine.lock)  # nobody starts an engine on files that are being removed
        if lock is None:
            raise NotReady("the data cannot be deleted while the engine runs", hint="phoenix-dev down --data")
        with lock:
            for path in (*self._data_files(), *self.home.glob(f"{folder.SIGNALS}*"), self.home / folder.RESERVE):
                _delete(path)

    def _bring_up(self, deadline: float) -> tuple[str, ...]:
        """Return once an engine as it is wanted answers: what to tell about it."""
        notes: tuple[str, ...] = ()
        before: EngineRecord | None = None
        while True:
            running = self.engine.wait_for_answer(deadline)
            if running is None:
                if self._spawn(deadline, before):
                    started = self.engine.record()
                    return notes + ((*started.moved, *started.notes) if started else ())
            elif why := self._wanted.outdated(running):
                self._wanted.check_named_ports(running)
                before = running
                notes += (f"the engine is started anew: {why}", *self.engine.stop().notes)
            else:
                return notes

    def _spawn(self, deadline: float, before: EngineRecord | None) -> bool:
        """Start an engine: True once it is ready, False when another one was faster. Raises why it cannot start.

        `before` is the one it takes the place of: what sent to that finds it on the same ports, unless they were named.
        """
        from phoenix_dev.runtime.embedded.engine_log import LOG_FILE, last_words
        from phoenix_dev.runtime.embedded.report import Busy, Failed, Ready
        from phoenix_dev.runtime.embedded.spawn import start_engine

        # A record without an engine: that one was killed, and what sent to it will go on to do so.
        options = self._wanted.options(self.home, before or EngineRecord.read(self.home))
        outcome = start_engine(options, deadline)
        if isinstance(outcome, Failed):
            raise outcome.error
        if isinstance(outcome, (Ready, Busy)):
            return isinstance(outcome, Ready)
        ended = f"ended before it was ready: {last_words(self.home) or 'it said nothing'}"
        what = "was not ready in time" if outcome is None else ended
        raise NotReady(f"the engine in {self.home} {what}", hint=f"cat {quote(str(self.home / LOG_FILE))}")

    def _data_files(self) -> list[Path]:
        try:
            return sorted(self.home.glob(f"{folder.DATABASE}*"))
        except OSError as error:
            raise folder.unusable(self.home, error) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # SQLite removes its side files when it closes
        return 0


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotReady(f"{path} cannot be deleted: {error.strerror}", hint=f"ls -l {quote(str(path))}") from error
