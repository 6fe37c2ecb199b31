"""The engine of a state folder as other processes see it: by its lock, its record and its answers."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.lock import FileLock, holder, is_held
from phoenix_dev.processes.patience import comes_true
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.protocol import Stopped
from phoenix_dev.runtime.record import EngineRecord, forget_engine

if TYPE_CHECKING:
    from pathlib import Path

_POLL_S = 0.02
#: How long the holder of the lock may take to say who it is, to answer, or to be gone after a kill (seconds).
_MOMENT_S = 2.0


@dataclass(frozen=True, slots=True)
class EngineHandle:
    """Whatever engine has the state folder `home`, now or later.

    It is killed when it has not ended `stop_s` seconds after it was told to; it gives what it has taken 5 of them.
    """

    home: Path
    stop_s: float = 10.0

    @property
    def lock(self) -> Path:
        """The file that is locked for as long as an engine lives."""
        return self.home / folder.LOCK

    @property
    def runs(self) -> bool:
        """Whether an engine lives: starting, serving, stopping or hung. Raises NotReady in a folder of another."""
        try:
            return is_held(self.lock)
        except NotReady as error:
            if isinstance(error.__cause__, OSError):
                raise folder.unusable(self.home, error.__cause__) from error
            raise

    def record(self) -> EngineRecord | None:
        """What the engine says about itself, None before it is ready. What another one left behind is nobody's."""
        held_by = holder(self.lock) if self.runs else None
        record = EngineRecord.read(self.home)
        if record is None or held_by is None or (record.pid, record.identity) != (held_by.pid, held_by.identity):
            return None
        return record

    def wait_for_answer(self, deadline: float) -> EngineRecord | None:
        """The engine, once it answers; None when none lives. Raises NotReady at the deadline (time.monotonic)."""
        from phoenix_dev.runtime.embedded.client import ask_engine

        while self.runs:
            record = self.record()
            if record and ask_engine(record, max(_POLL_S, min(_MOMENT_S, deadline - time.monotonic()))):
                return record
            if time.monotonic() > deadline:
                raise NotReady(
                    f"an engine has {self.home} and does not answer", hint="phoenix-dev down && phoenix-dev up"
                )
            time.sleep(_POLL_S)
        return None

    def stop(self) -> Stopped:
        """Stop it and return once it has ended; killed when it does not end. Raises NotReady when even that fails."""
        pid = self._signal(signal.SIGTERM)
        if pid is None:
            self._forget()
            return Stopped(ran=False)
        if comes_true(lambda: not self.runs, self.stop_s):
            return Stopped(ran=True)
        self._signal(signal.SIGKILL)
        if not comes_true(lambda: not self.runs, _MOMENT_S):
            raise NotReady(f"the engine (process {pid}) does not even end when killed", hint=f"ps -o stat,cmd -p {pid}")
        self._forget()
        note = f"the engine did not end within {self.stop_s:g} s and was killed; what it had acknowledged is kept"
        return Stopped(ran=True, notes=(note,))

    def _signal(self, number: signal.Signals) -> int | None:
        """Signal the process that has the lock, if it is the one it says it is; its number, None when there is none."""
        deadline = time.monotonic() + _MOMENT_S
        while self.runs:
            held_by = holder(self.lock)
            if held_by and held_by.alive:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(held_by.pid, number)
                return held_by.pid
            if time.monotonic() > deadline:
                raise NotReady(
                    f"the lock {self.lock} is held by a process that does not say who it is",
                    hint=f"fuser -v {quote(str(self.lock))}",
                )
            time.sleep(_POLL_S)
        return None

    def _forget(self) -> None:
        """Remove the record of an engine that was killed, unless a new one is starting.

        Where that is not possible it stays: without an engine it only says where one had listened.
        """
        with contextlib.suppress(OSError):
            lock = FileLock.take(self.lock) if self.lock.exists() else None
            if lock is not None:
                with lock:
                    forget_engine(self.home)
