"""One run of the benchmarks: how long it may take, where its files are, and the runs that several figures share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from benchmarks.ingest_run import IngestRun, run_ingest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Bench:
    """`folder` is empty at first and removed afterwards by who made it. `quick`: fewer of everything."""

    folder: Path
    quick: bool = False

    def home(self, name: str) -> Path:
        """A state folder for an engine."""
        return self.folder / name

    def few(self, count: int, at_least: int = 1) -> int:
        """So many of something, or a fifth of it in a quick run."""
        return max(at_least, count // 5) if self.quick else count

    def say(self, what: str) -> None:
        """Progress, for who waits."""
        print(f"· {what}", file=sys.stderr, flush=True)

    @cached_property
    def ingest(self) -> IngestRun:
        """The load of large batches over OTLP/HTTP: its rate, memory and disk."""
        self.say("ingest: batches of 500 spans over OTLP/HTTP")
        return run_ingest(self.home("ingest"), rounds=self.few(3), traces=self.few(30_000))
