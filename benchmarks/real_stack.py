"""A real stack of our own: project, ports and state folder are nobody else's, and nothing of it is left afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from benchmarks.docker import docker
from benchmarks.stack import COMMAND, environment
from benchmarks.timing import seconds_of
from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.open import open_remote_stores
from phoenix_dev.home import project_folder
from phoenix_dev.runtime.compose.parts import PORTS, PROJECT_LABEL, wanted_parts
from phoenix_dev.runtime.compose.stack_files import StackFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.stores import Stores

#: What runs: Grafana's image may be missing, and nothing that is measured asks it.
PARTS = wanted_parts(["grafana"])
_UP = ("up", "--runtime", "compose", "--without", "grafana", "--json")
_GONE = ("down", "--data", "--yes")


@dataclass(frozen=True)
class RealStack:
    """One project; nothing of it runs at first. `variables` tell a command which."""

    home: Path
    project: str = field(default_factory=lambda: f"phoenix-bench-{os.getpid()}")

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Its name, and ports that were free a moment ago."""
        with contextlib.ExitStack() as opened:
            sockets = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PORTS]
            numbers = [str(one.getsockname()[1]) for one in sockets]
        ports = {f"PHOENIX_DEV_PORTS_{port.name.upper()}": n for port, n in zip(PORTS, numbers, strict=True)}
        return {"PHOENIX_DEV_PROJECT": self.project, **ports}

    @property
    def files(self) -> StackFiles:
        """What compose runs from, once `up` has been called."""
        return StackFiles(project_folder(self.home, self.project) / "stack")

    def up(self) -> float:
        """Start it, or see that it runs: the seconds until every part is ready."""
        return self.seconds(*_UP, saying='"running"')

    def down(self) -> float:
        """Stop it, the data stays: seconds."""
        return self.seconds("down")

    def delete(self) -> None:
        """Stop it, and delete what it kept."""
        self.run(*_GONE)

    def seconds(self, *arguments: str, saying: str = "") -> float:
        """How long a command takes. Raises RuntimeError as `seconds_of` does."""
        return seconds_of((*COMMAND, *arguments), self.home, saying=saying, more=self.variables)

    def run(self, *arguments: str) -> bytes:
        """A command's stdout. Raises CalledProcessError when it fails."""
        own = {**environment(self.home), **self.variables}
        return subprocess.run([*COMMAND, *arguments], env=own, cwd=self.home, capture_output=True, check=True).stdout

    def endpoints(self) -> dict[str, str]:
        """Where its parts answer, by name."""
        told: dict[str, Any] = json.loads(self.run("status", "--json"))
        return dict(told["endpoints"])

    def stores(self) -> Stores:
        """What it keeps, read as commands do."""
        at = self.endpoints()
        return open_remote_stores(RemoteEndpoints(at["jaeger"], at["loki"], at["prometheus"], at["jaeger_errors"]))

    def containers(self) -> list[str]:
        """The IDs of those that run."""
        return docker("ps", "--quiet", "--filter", f"label={PROJECT_LABEL}={self.project}").split()


@contextlib.contextmanager
def real_stack(home: Path) -> Iterator[RealStack]:
    """A project for as long as the block lasts, whatever ends it."""
    home.mkdir(parents=True)
    stack = RealStack(home)
    try:
        yield stack
    finally:
        stack.delete()
