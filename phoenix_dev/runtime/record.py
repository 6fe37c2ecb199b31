"""What the engine of a state folder says about itself, and what `up` last started there.

`runtime.json` is there while an engine accepts telemetry, or after it was killed. `stack.json` stays after `down`:
reading commands go by it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Self

from phoenix_dev.model.stack import Endpoints
from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.telemetry.retention.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME_FILE = "runtime.json"
STACK_FILE = "stack.json"


@dataclass(frozen=True, slots=True)
class EngineRecord:
    """A running engine, ready since `since_ns` (Unix nanoseconds). `moved`: which ports are not the usual, in words;
    `notes`: what else whoever starts it should be told.

    `ui_port` is 0 where an engine of an older version has no page, `limits` None where it knew no retention.
    """

    pid: int
    identity: str
    version: str
    since_ns: int
    project: str
    profile: str
    http_port: int
    grpc_port: int
    ui_port: int = 0
    moved: tuple[str, ...] = ()
    limits: Limits | None = None
    log_files: tuple[str, ...] = ()
    log_containers: tuple[str, ...] = ()
    watch_settings: str = ""
    notes: tuple[str, ...] = ()

    @property
    def endpoints(self) -> Endpoints:
        """Where it takes telemetry and shows it."""
        return Endpoints(
            otlp_grpc=f"http://127.0.0.1:{self.grpc_port}",
            otlp_http=f"http://127.0.0.1:{self.http_port}",
            ui=f"http://127.0.0.1:{self.ui_port}" if self.ui_port else "",
        )

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """The record in a state folder; None when there is none or it cannot be understood (it is then nobody's)."""
        found = read_document(home / RUNTIME_FILE)
        try:
            # Another version may know more or less; what it must say has no default here.
            known = {field.name: found[field.name] for field in fields(cls) if field.name in found}
            limits = Limits(**known["limits"]) if known.get("limits") else None
            lists = {name: tuple(known.get(name, ())) for name in ("moved", "log_files", "log_containers", "notes")}
            return cls(**{**known, **lists, "limits": limits})
        except TypeError:
            return None

    def write(self, home: Path) -> None:
        """Put the record in place, whole or not at all."""
        write_document(home / RUNTIME_FILE, asdict(self))


@dataclass(frozen=True, slots=True)
class StackRecord:
    """Which runtime, project and profile `up` last started in a state folder."""

    runtime: str
    project: str
    profile: str

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """The record in a state folder; None before the first `up`."""
        found = read_document(home / STACK_FILE)
        try:
            return cls(runtime=str(found["runtime"]), project=str(found["project"]), profile=str(found["profile"]))
        except KeyError:
            return None

    def write(self, home: Path) -> None:
        """Put the record in place, whole or not at all."""
        write_document(home / STACK_FILE, asdict(self))


def forget_engine(home: Path) -> None:
    """Remove the record of an engine that ended."""
    (home / RUNTIME_FILE).unlink(missing_ok=True)
