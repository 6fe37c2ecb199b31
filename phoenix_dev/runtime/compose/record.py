"""What `up` last started with compose in a state folder, for those that only read: no Docker engine has to be asked.

`compose.json` is there from the moment `up` tells compose to start until `down` has ended.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Self

from phoenix_dev.model.stack import Endpoints
from phoenix_dev.processes.document import read_document, write_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMPOSE_FILE = "compose.json"
_HOST = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class ComposeRecord:
    """Ports by name, which parts were left out, and why others could not be had; what is followed, as in `Logs`;
    which channels of alerts reach people, by name.
    """

    version: str
    ports: Mapping[str, int]
    without: tuple[str, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    log_files: tuple[str, ...] = ()
    log_containers: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def endpoints(self) -> Endpoints:
        """Where the stack takes telemetry and answers."""
        shown = {one.name for one in fields(Endpoints)}
        urls = {name: f"{_HOST}:{number}" for name, number in self.ports.items() if name in shown}
        if "jaeger_errors" in urls:
            urls["jaeger_errors"] += "/errors"
        return Endpoints(**urls, ui=urls.get("grafana") or urls.get("jaeger", ""))

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """The record in a state folder; None when compose was not started there or has been stopped."""
        found = read_document(home / COMPOSE_FILE)
        try:
            known = {one.name: found[one.name] for one in fields(cls) if one.name in found}
            names = ("without", "log_files", "log_containers", "channels")
            lists = {name: tuple(known.get(name, ())) for name in names}
            return cls(**{**known, **lists})
        except TypeError:
            return None

    def write(self, home: Path) -> None:
        """Put the record in place, whole or not at all."""
        write_document(home / COMPOSE_FILE, asdict(self))

    @staticmethod
    def forget(home: Path) -> None:
        """Remove the record of a stack that was stopped."""
        (home / COMPOSE_FILE).unlink(missing_ok=True)
