"""What runs of the demo, written down where the next command finds it: processes, ports, logs."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psutil

_STATE = "state.json"
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """One service: base URL, file its stdout goes to, and `run`, which stands on its command line and nobody else's."""

    name: str
    pid: int
    run: str
    url: str
    log: str

    def process(self) -> psutil.Process | None:
        """The process if it still lives, and is the one that was started and not another with the same number."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE or self.run not in process.cmdline():
                return None
        except psutil.Error:
            return None
        return process


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """The running demo. `otlp_endpoint` is the base URL it sends to, `grpc_port` that of the knowledge base."""

    otlp_endpoint: str
    seed: int
    grpc_port: int
    services: tuple[ServiceProcess, ...]

    @property
    def folder(self) -> str:
        """Where the services keep their logs."""
        return os.path.dirname(self.services[0].log)

    def url_of(self, service: str) -> str:
        """Base URL of a service."""
        return next(each.url for each in self.services if each.name == service)

    def is_alive(self) -> bool:
        """Whether all six services live; a start that was killed half-way knows of fewer."""
        return len(self.services) == len(SERVICES) and all(each.process() for each in self.services)


def folder_of(home: Path) -> Path:
    """The demo's own folder below the project's."""
    return home / "demo"


def load(home: Path) -> DemoSystem | None:
    """What was written down last; None when there is nothing, or nothing that can be read."""
    try:
        value = json.loads((folder_of(home) / _STATE).read_text("utf-8"))
        services = tuple(ServiceProcess(**service) for service in value.pop("services"))
        return DemoSystem(**value, services=services)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save(home: Path, system: DemoSystem) -> None:
    """Write it down, whole or not at all."""
    path = folder_of(home) / _STATE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(system), indent=1), "utf-8")
    fresh.replace(path)


def forget(home: Path) -> None:
    """Nothing runs any more."""
    (folder_of(home) / _STATE).unlink(missing_ok=True)


@contextmanager
def locked(home: Path) -> Iterator[Path]:
    """The demo's folder, made if need be, for one starting or stopping command at a time.

    Raises NotReady when the folder cannot be written.
    """
    folder = folder_of(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotReady(
            f"the demo's folder {folder} cannot be written: {error.strerror}", hint=f"ls -ld '{folder}'"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(descriptor)
