"""A store for what is read of files, and lines that are written to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from phoenix_dev.logfiles.gatherer import Gatherer

if TYPE_CHECKING:
    from pathlib import Path


class Kept:
    """A store: what was sent, and the positions that came with it."""

    def __init__(self, *patterns: str) -> None:
        self.patterns = patterns
        self.lines: list[str] = []
        self.services: list[str] = []
        self.positions: dict[str, str] = {}
        self.said: list[str] = []
        self.reader = self._reader()

    def take(self, body: bytes, positions: dict[str, str]) -> None:
        for group in ExportLogsServiceRequest.FromString(body).resource_logs:
            for record in group.scope_logs[0].log_records:
                self.lines.append(record.body.string_value)
                self.services.append(group.resource.attributes[0].value.string_value)
        self.positions = {source: text for source, text in {**self.positions, **positions}.items() if text}

    def read(self) -> list[str]:
        """Everything kept so far, once all that is there is read."""
        self.reader.look()
        while self.reader.turn():
            pass
        return self.lines

    def new_reader(self) -> None:
        """The reader was killed; another one begins where the store says."""
        self.reader.close()
        self.reader = self._reader()

    def _reader(self) -> Gatherer:
        reader = Gatherer(self.patterns, dict(self.positions), self.take, self.said.append)
        reader.start()
        return reader


def append(file: Path, *lines: str, end: str = "\n") -> None:
    with file.open("a") as opened:
        opened.write("\n".join(lines) + end)
