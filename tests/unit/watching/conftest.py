"""A store that exports are put into, and a watcher beside it whose time the test says."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.telemetry.series.alerts import EmbeddedAlertStore
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.telemetry.writer import Writer
from phoenix_dev.watching.alerting import Alerting
from phoenix_dev.watching.options import WatchingOptions
from phoenix_dev.watching.settings import WatchSettings
from phoenix_dev.watching.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.promql.source import Stream
    from phoenix_dev.stores.alerts import AlertStore
    from phoenix_dev.watching.polling import Answer

STEP_MS = 5_000


@dataclass
class Watched:
    """The store, its watcher, and the time (Unix ms), which each flush moves on."""

    home: Path
    now_ms: int = field(default_factory=lambda: time.time_ns() // 10**6)
    said: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    settings: WatchSettings = field(default_factory=WatchSettings)
    look_s: float = 1e9

    def __post_init__(self) -> None:
        self.store = Writer(self.home / "telemetry.db")
        self.watcher, self.alerting = self.begin()

    def begin(self) -> tuple[Watcher, Alerting]:
        """Watcher and evaluation as a new process would have them."""
        flush_s = 1.0 if self.settings.tuning.time_scale > 1 else STEP_MS / 1000
        store = self.home / "telemetry.db"
        options = WatchingOptions(
            self.home, store, "", "development", 10**9, 10**9, page="http://page", flush_s=flush_s, look_s=self.look_s
        )
        watcher = Watcher(
            options, self.now_ms, lambda: [self.answers.pop() for _ in range(len(self.answers))], self.said.append
        )
        return watcher, Alerting(options, self.settings, watcher.writer, watcher.put, self.now_ms, self.said.append)

    def kill(self) -> None:
        """End the watcher with whatever it had not written, and begin another."""
        self.watcher.writer.close()
        self.watcher, self.alerting = self.begin()

    def evaluate(self, after_ms: int = STEP_MS) -> None:
        """Read what has arrived, write, and evaluate the rules."""
        self.flush(after_ms)
        self.alerting.evaluate(self.now_ms)

    @property
    def alerts(self) -> AlertStore:
        """What commands read of alerts."""
        return EmbeddedAlertStore(self.home / "signals.db")

    def keep(self, *exports: Any) -> None:
        """Put exports into the store."""
        for export in exports:
            self.store.submit(export, export.ByteSize()).result(timeout=10)

    def flush(self, after_ms: int = STEP_MS) -> None:
        """Read what has arrived, and write."""
        self.now_ms += after_ms
        while self.watcher.turn(self.now_ms):
            pass
        self.watcher.flush(self.now_ms)

    def streams(self, name: str, **labels: str) -> list[Stream]:
        """The series of a name with these labels, all of their samples."""
        matchers = [Matcher("__name__", "=", name), *(Matcher(key, "=", value) for key, value in labels.items())]
        reader = EmbeddedSeries(self.home / "signals.db")
        found = list(reader.select(matchers, 0, self.now_ms))
        reader.close()
        return found

    def newest(self, name: str, *by: str, **labels: str) -> dict[tuple[str, ...], float]:
        """The newest value of each series that is alive, by some of its labels."""
        alive = [one for one in self.streams(name, **labels) if one.times_ms[-1] >= self.now_ms - 300_000]
        return {tuple(one.labels.get(label, "") for label in by): one.values[-1] for one in alive}

    def close(self) -> None:
        self.watcher.writer.close()
        with suppress(Exception):
            self.store.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    home = tmp_path / "watched"
    home.mkdir()
    made = Watched(home)
    yield made
    made.close()
