"""A running engine of our own: started and stopped by the commands a user types, in a state folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from phoenix_dev.home import project_folder
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.record import EngineRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

_INSTALLED = Path(sys.executable).with_name("phoenix-dev")
#: What a user types, where pip has installed it.
COMMAND = (str(_INSTALLED),) if _INSTALLED.exists() else (sys.executable, "-m", "phoenix_dev")
_PROJECT = "benchmarks"


@dataclass(frozen=True, slots=True)
class Stack:
    """The engine in a state folder. `ports` by transport."""

    home: Path
    ports: dict[str, int]

    @property
    def database(self) -> Path:
        """The file of the store."""
        return self._folder / folder.DATABASE

    @property
    def process(self) -> psutil.Process:
        """The engine's process."""
        record = EngineRecord.read(self._folder)
        assert record is not None
        return psutil.Process(record.pid)

    def down(self) -> None:
        """Stop it; the data stays."""
        run(self.home, "down")

    @property
    def _folder(self) -> Path:
        return project_folder(self.home, _PROJECT)


def environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own settings."""
    foreign = ("PHOENIX_DEV_", "OTEL_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PHOENIX_DEV_HOME": str(home), "PHOENIX_DEV_PROJECT": _PROJECT, "PYTHONPATH": _root()}


def run(home: Path, *arguments: str) -> bytes:
    """A command's stdout. Raises CalledProcessError when it fails."""
    command = [*COMMAND, *arguments]
    return subprocess.run(
        command, env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    ).stdout


def up_arguments() -> tuple[str, ...]:
    """`up` on ports that were free a moment ago."""
    with contextlib.ExitStack() as opened:
        ports = [opened.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(2)]
    return (
        "up",
        "--runtime",
        "embedded",
        "--otlp-http-port",
        str(ports[0]),
        "--otlp-grpc-port",
        str(ports[1]),
        "--json",
    )


@contextlib.contextmanager
def stack(home: Path, settings: str = "") -> Iterator[Stack]:
    """An engine for as long as the block lasts, with an empty store. `settings` are those of its phoenix-dev.yaml."""
    home.mkdir(parents=True)
    if settings:
        (home / "phoenix-dev.yaml").write_text(settings)
    told: dict[str, Any] = json.loads(run(home, *up_arguments()))
    ports = {name: int(told["endpoints"][f"otlp_{name}"].rpartition(":")[2]) for name in ("http", "grpc")}
    try:
        yield Stack(home, ports)
    finally:
        run(home, "down")


def _root() -> str:
    return str(Path(__file__).resolve().parents[1])
