"""What the settings want of an engine, and whether one that runs is it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.telemetry.retention.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.embedded.options import EngineOptions
    from phoenix_dev.runtime.ports import WantedPort
    from phoenix_dev.runtime.record import EngineRecord
    from phoenix_dev.settings import Settings


@dataclass(frozen=True, slots=True)
class WantedEngine:
    """The engine of a project as its settings have it."""

    settings: Settings

    @property
    def limits(self) -> Limits:
        """How much it keeps."""
        keep = self.settings.retention
        return Limits(
            keep.size_bytes,
            keep.age_ns("traces"),
            keep.age_ns("error_traces"),
            keep.age_ns("logs"),
            keep.age_ns("metrics"),
        )

    @property
    def watch_settings(self) -> str:
        """What it watches, as its record has it."""
        from phoenix_dev.watching.settings import WatchSettings

        return WatchSettings.of(self.settings).to_text()

    def ports(self, before: EngineRecord | None) -> tuple[WantedPort, WantedPort, WantedPort]:
        """Where it listens: what is not named, where the one `before` it did."""
        from phoenix_dev.runtime.ports import WantedPort

        http, grpc, ui = _listens(before) if before else (0, 0, 0)
        return (
            WantedPort.of(self.settings, "otlp_http", "OTLP/HTTP", http),
            WantedPort.of(self.settings, "otlp_grpc", "OTLP/gRPC", grpc),
            WantedPort.of(self.settings, "ui", "the page", ui),
        )

    def options(self, home: Path, before: EngineRecord | None) -> EngineOptions:
        """What it is started with."""
        from phoenix_dev.runtime.embedded.options import EngineOptions

        return EngineOptions(
            home.absolute(),
            self.settings.project,
            self.settings.profile,
            *self.ports(before),
            self.limits,
            self.settings.logs.files,
            self.settings.logs.containers,
            self.watch_settings,
        )

    def outdated(self, running: EngineRecord) -> str:
        """Why an engine is not the one that is wanted; empty when it is."""
        if running.version != __version__:
            return f"it was of version {running.version}"
        listens = zip(self.ports(running), _listens(running), strict=True)
        moving = [port.what for port, number in listens if port.named and port.number != number]
        if moving:
            return f"{' and '.join(moving)} moves to the port you named"
        if running.limits != self.limits:
            return "it keeps what you set under retention"
        logs = self.settings.logs
        if running.log_files != logs.files:
            return "it follows what you set under logs.files"
        if running.log_containers != logs.containers:
            return "it follows what you set under logs.containers"
        if running.watch_settings == self.watch_settings:
            return ""
        return "it watches what you set under alerts, thresholds, slos or indicators"

    def check_named_ports(self, running: EngineRecord) -> None:
        """Raises NotReady when another process has a port that the user named: before what runs is stopped for it."""
        from phoenix_dev.receiver.sockets import bind_loopback

        for port in self.ports(running):
            if port.named and port.number not in _listens(running):
                try:
                    sockets = bind_loopback(port.number)
                except OSError as error:
                    raise port.refused(error) from error
                for socket in sockets:
                    socket.close()


def _listens(engine: EngineRecord) -> tuple[int, int, int]:
    return engine.http_port, engine.grpc_port, engine.ui_port
