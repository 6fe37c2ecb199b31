"""The large load over OTLP/HTTP, from which rate, memory and disk are taken."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import usage
from benchmarks.load import Generator
from benchmarks.null_server import null_server
from benchmarks.readable import expect_readable
from benchmarks.stack import stack

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.load import Sample, Shape, Transport

#: The level at which the store compresses.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Rates:
    """Medians over the rounds, in spans and exports a second; `limit` is the same to a server that keeps nothing."""

    spans: float
    exports: float
    limit_spans: float
    limit_exports: float


@dataclass(frozen=True, slots=True)
class IngestRun:
    """What one load showed. Sizes in bytes; `compressed` is that of all exports, each compressed whole.

    `last_spans`: spans a second in the last round, when the store is largest. `processor_s`: what the engine had of the
    processors; `others_cores`: how many of them processes had that are no part of this, on average.
    """

    rates: Rates
    last_spans: float
    processor_s: float
    others_cores: float
    idle_resident: int
    idle_own: int
    peak_resident: int
    spans: int
    stored: int
    compressed: int


def run_ingest(
    home: Path,
    *,
    rounds: int,
    traces: int,
    shape: Shape = "batches",
    transport: Transport = "http",
    connections: int = 4,
) -> IngestRun:
    """Send `rounds` times so many traces, each time first to a server that only acknowledges; then read all of it."""
    rates: list[tuple[float, float, float, float]] = []
    samples: list[Sample] = []
    spans = compressed = 0
    processor_s = others_s = seconds = 0.0
    with Generator() as generator, null_server() as null_ports, stack(home) as engine:
        process = engine.process
        idle_resident, idle_own = usage.resident(process), usage.own(process)
        wire = "grpc" if transport == "grpc" else "http"
        for _ in range(rounds):
            samples += generator.build(shape, traces, gzipped=transport == "http gzip")
            compressed += generator.compressed_size(_LEVEL)
            limit = generator.send(null_ports[wire], transport, connections)
            busy, its_own = usage.processors_busy_seconds(), usage.processor_seconds(process)
            sent = generator.send(engine.ports[wire], transport, connections)
            its_own = usage.processor_seconds(process) - its_own
            others_s += usage.processors_busy_seconds() - busy - its_own - sent.busy_seconds
            processor_s += its_own
            seconds += sent.seconds
            spans += sent.spans
            rates.append((sent.spans_a_second, sent.exports_a_second, limit.spans_a_second, limit.exports_a_second))
        peak = usage.peak_resident(process)
        engine.down()
        stored = sum(file.stat().st_size for file in engine.database.parent.glob(f"{engine.database.name}*"))
        expect_readable(engine.database, samples, spans=spans)
    middle = Rates(*(median(column) for column in zip(*rates, strict=True)))
    return IngestRun(
        middle, rates[-1][0], processor_s, others_s / seconds, idle_resident, idle_own, peak, spans, stored, compressed
    )
