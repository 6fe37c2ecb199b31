"""What an engine is started with, as the one argument of its process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from phoenix_dev.runtime.ports import WantedPort
from phoenix_dev.telemetry.retention.limits import Limits


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """One engine: its state folder (absolute), name and ports, what it keeps, the patterns of log files and
    the names of containers it follows, the settings of the process that watches (watching/settings.py), the pipe on
    which it reports.
    """

    home: Path
    project: str
    profile: str
    http: WantedPort
    grpc: WantedPort
    ui: WantedPort
    limits: Limits
    log_files: tuple[str, ...] = ()
    log_containers: tuple[str, ...] = ()
    watch_settings: str = ""
    report_fd: int | None = None

    def to_argument(self) -> str:
        """The options as text."""
        return json.dumps({**asdict(self), "home": str(self.home)})

    @classmethod
    def from_argument(cls, text: str) -> Self:
        """The options that `to_argument` wrote."""
        given = json.loads(text)
        home = Path(given.pop("home"))
        http, grpc, ui = (WantedPort(**given.pop(name)) for name in ("http", "grpc", "ui"))
        limits = Limits(**given.pop("limits"))
        given |= {name: tuple(given[name]) for name in ("log_files", "log_containers")}
        return cls(home=home, http=http, grpc=grpc, ui=ui, limits=limits, **given)
