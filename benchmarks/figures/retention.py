"""Ingest and look-ups with a large store at its limit, so that as much is removed as arrives."""

from __future__ import annotations

import contextlib
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.figures.lookup import Commands
from benchmarks.load import Generator
from benchmarks.stack import stack
from benchmarks.timing import medians
from benchmarks.workload import SPANS_PER_TRACE

if TYPE_CHECKING:
    from benchmarks.bench import Bench

#: What is kept: 5 M spans take about this, at 92 bytes each.
_LIMIT_MB = 460
_PIECE = 30_000  # traces
_PIECES = 17
_ROUNDS = 15
_FEW = 1_000


def retention(bench: Bench) -> tuple[Figure, ...]:
    """One store from empty to its limit and on; and beside it a small one, whose look-ups are the limit."""
    pieces = bench.few(_PIECES, at_least=3)
    megabytes = _LIMIT_MB * pieces // _PIECES
    spans = f"{pieces * _PIECE * SPANS_PER_TRACE / 1e6:.1f} M spans"
    bench.say(f"a store that is full with {spans}")
    with contextlib.ExitStack() as running:
        small = running.enter_context(stack(bench.home("retention-small")))
        large = running.enter_context(stack(bench.home("retention"), f"retention: {{size: {megabytes}MB}}\n"))
        with Generator() as generator:
            few = generator.build("batches", _FEW)
            generator.send(small.ports["http"])
            rates = []
            for _ in range(pieces + 3):
                newest = generator.build("batches", _PIECE)
                rates.append(generator.send(large.ports["http"]).spans_a_second)
        kept = sum(file.stat().st_size for file in large.database.parent.glob(f"{large.database.name}*"))
        commands = {"few": Commands(small.home, few).trace, "full": Commands(large.home, newest[-_FEW:]).trace}
        taken = {name: seconds * 1000 for name, seconds in medians(commands, bench.few(_ROUNDS)).items()}
    empty, full = median(rates[:3]), median(rates[-3:])
    above = "the limit set for it"
    return (
        Figure(f"ingest, store full at {spans}", full, "spans/s", 0.6 * empty, "higher", "the empty store", empty),
        Figure("its size", kept / 1e6, "MB", 1.1 * megabytes, "lower", above, megabytes),
        Figure(f"trace ID, {spans}", taken["full"], "ms", 1.3 * taken["few"], "lower", "few spans", taken["few"]),
    )
