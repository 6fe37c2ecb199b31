"""How much room a span takes on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figure import Figure

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_LIMIT = "the same exports, each compressed whole by zstd at the same level, no index"


def disk(bench: Bench) -> tuple[Figure, ...]:
    """The file after the load of large batches and a `down`, by the spans in it."""
    run = bench.ingest
    return (Figure("disk", run.stored / run.spans, "bytes/span", 150, "lower", _LIMIT, run.compressed / run.spans),)
