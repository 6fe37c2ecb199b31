"""What runs of the demo, written down where the next command finds it: processes, ports, logs."""

from __future__ import annotations

import contextlib
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.demo.faults import StandingFault
from phoenix_dev.errors import NotReady
from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.processes.identity import lives
from phoenix_dev.processes.lock import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STATE = "state.json"
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """One service: its process by number and identity, base URL, and the file its stdout goes to."""

    name: str
    pid: int
    identity: str
    url: str
    log: str

    @property
    def alive(self) -> bool:
        """Whether the process that was started still lives, and not another with the same number."""
        return lives(self.pid, self.identity)

    def send_signal(self, number: int) -> bool:
        """Send it a signal, if it still lives; tells whether it did."""
        with contextlib.suppress(ProcessLookupError):
            if self.alive:
                os.kill(self.pid, number)
                return True
        return False


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """The running demo. `otlp_endpoint` is the base URL it sends to, `grpc_port` that of the knowledge base, `faults`
    what is wrong with it on purpose.
    """

    otlp_endpoint: str
    seed: int
    grpc_port: int
    services: tuple[ServiceProcess, ...]
    faults: tuple[StandingFault, ...] = ()

    @property
    def away(self) -> frozenset[str]:
        """The services that are gone on purpose."""
        return frozenset(fault.service for fault in self.faults if fault.name == "gone")

    @property
    def folder(self) -> str:
        """Where the services keep their logs."""
        return os.path.dirname(self.services[0].log)

    def url_of(self, service: str) -> str:
        """Base URL of a service."""
        return next(each.url for each in self.services if each.name == service)

    def is_alive(self) -> bool:
        """Whether all six services live that are to; a start that was killed half-way knows of fewer."""
        away = self.away
        return len(self.services) == len(SERVICES) and all(each.name in away or each.alive for each in self.services)


def folder_of(home: Path) -> Path:
    """The demo's own folder below the project's."""
    return home / "demo"


def load(home: Path) -> DemoSystem | None:
    """What was written down last; None when there is nothing, or nothing that can be read."""
    return read(folder_of(home))


def file_in(folder: Path) -> Path:
    """Where it is written down, in the demo's own folder."""
    return folder / _STATE


def read(folder: Path) -> DemoSystem | None:
    """As `load`, by the demo's own folder."""
    found = read_document(file_in(folder))
    try:
        services = tuple(ServiceProcess(**service) for service in found.pop("services"))
        faults = tuple(StandingFault(**fault) for fault in found.pop("faults", ()))
        return DemoSystem(**found, services=services, faults=faults)
    except (TypeError, KeyError):
        return None


def save(home: Path, system: DemoSystem) -> None:
    """Write it down, whole or not at all."""
    write_document(file_in(folder_of(home)), asdict(system))


def forget(home: Path) -> None:
    """Nothing runs any more."""
    file_in(folder_of(home)).unlink(missing_ok=True)


@contextmanager
def locked(home: Path) -> Iterator[Path]:
    """The demo's folder, made if need be, for one starting or stopping command at a time.

    Raises NotReady when the folder cannot be written.
    """
    folder = folder_of(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock.wait_for(folder / _LOCK)
    except OSError as error:
        raise NotReady(
            f"the demo's folder {folder} cannot be written: {error.strerror}", hint=f"ls -ld {quote(str(folder))}"
        ) from error
    with lock:
        yield folder
