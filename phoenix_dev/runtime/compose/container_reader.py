"""The reader of containers' output beside the real stack: a process of whoever typed `up`, until `down`.

It is no container: to read what the Docker engine keeps takes its socket or root's files, and the user has the socket
already, while a container would be given it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.errors import NotReady
from phoenix_dev.logfiles import LOCK_FILE
from phoenix_dev.logfiles.reading import READING_FILE
from phoenix_dev.logfiles.stacks import POSITIONS_FILE
from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.processes.environment import command_of, environment_with
from phoenix_dev.processes.lock import holder, is_held
from phoenix_dev.processes.patience import comes_true

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOG_FILE = "reader.log"
#: With what it was started.
_OPTIONS_FILE = "reader.json"
_MODULE = "phoenix_dev.logfiles"
#: How long it may take to begin, and to end once it is told to (seconds).
_BEGIN_S = 10.0
_END_S = 12.0


@dataclass(frozen=True, slots=True)
class ContainerReader:
    """Whatever reader there is in the state folder `home` of a project."""

    home: Path

    @property
    def runs(self) -> bool:
        """Whether one reads."""
        return is_held(self.home / LOCK_FILE)

    def start(self, containers: Sequence[str], endpoint: str) -> None:
        """Have one read these containers into the stack that takes OTLP over HTTP at an endpoint; none for no
        containers. One that does already is left alone. Raises NotReady, OSError.
        """
        options = {"patterns": [], "containers": list(containers), "endpoint": endpoint, "home": str(self.home)}
        wanted = {**options, "version": __version__}
        if self.runs and read_document(self.home / _OPTIONS_FILE) == wanted:
            return
        self.stop()
        if not containers:
            return
        write_document(self.home / _OPTIONS_FILE, wanted)
        with (self.home / LOG_FILE).open("wb") as log:
            subprocess.run(  # noqa: S603 - our own interpreter and module
                command_of(_MODULE, json.dumps(options)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment_with(os.environ),
                start_new_session=True,
                check=False,
            )
        if not comes_true(lambda: self.runs, _BEGIN_S):
            what = f"the reader of containers' output did not begin within {_BEGIN_S:g} s"
            raise NotReady(what, hint=f"cat {quote(str(self.home / LOG_FILE))}")

    def stop(self) -> None:
        """End it, if one reads, and return once it has ended. Raises NotReady when it does not."""
        lock = self.home / LOCK_FILE
        held_by = holder(lock)
        if held_by is not None and held_by.alive:
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(held_by.pid, number)
                if comes_true(lambda: not held_by.alive, _END_S):
                    break
        if is_held(lock):
            raise NotReady("the reader of containers' output does not end", hint=f"fuser -v {quote(str(lock))}")
        for name in (READING_FILE, _OPTIONS_FILE):
            (self.home / name).unlink(missing_ok=True)

    def forget(self) -> None:
        """Read every container from its beginning the next time."""
        (self.home / POSITIONS_FILE).unlink(missing_ok=True)
