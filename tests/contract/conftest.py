"""The embedded stores, for which the contract holds without anything else. tests/live/contract runs the same suite over
the stack in containers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer
from phoenix_dev.watching.options import WatchingOptions
from phoenix_dev.watching.watcher import Watcher
from tests import otlp
from tests.contract.keeping import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Watching:
    """What makes series of the metrics of a store, at the time at which the story plays."""

    def __init__(self, store: Path) -> None:
        self._options = WatchingOptions(store.parent, store, "", "", 10**9, 10**12)
        self._now_ms = otlp.NOON // otlp.MS
        self._watcher: Watcher | None = None

    def look(self) -> None:
        if self._watcher is None:
            self._watcher = Watcher(self._options, self._now_ms, tuple, pytest.fail)
        self._now_ms += 1
        self._watcher.turn(self._now_ms)
        self._watcher.flush(self._now_ms)

    def end(self) -> None:
        if self._watcher is not None:
            self._watcher._writer.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """Empty stores of the embedded runtime."""
    path = tmp_path / "telemetry.db"
    writer = Writer(path)
    watching = Watching(path)

    def send(*exports: Any) -> None:
        futures = [writer.submit(export, export.ByteSize()) for export in exports]
        for future in futures:
            future.result(timeout=10)
        if any(isinstance(export, ExportMetricsServiceRequest) for export in exports):
            watching.look()

    def restart() -> None:
        nonlocal writer
        writer.close()
        writer = Writer(path)

    stores = open_stores(path)
    yield Kept(stores, send, restart, otlp.NOON)
    watching.end()
    writer.close()
    stores.traces._db.close()  # type: ignore[attr-defined]
