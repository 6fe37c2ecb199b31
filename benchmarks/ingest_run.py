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

    `processor_s`: what the engine had of the processors, which tells more than the rates when others use them too.
    """

    rates: Rates
    processor_s: float
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
    with Generator() as generator, null_server() as null_ports, stack(home) as engine:
        process = engine.process
        idle_resident, idle_own = usage.resident(process), usage.own(process)
        wire = "grpc" if transport == "grpc" else "http"
        processor_s = -usage.processor_seconds(process)
        for _ in range(rounds):
            samples += generator.build(shape, traces, gzipped=transport == "http gzip")
            compressed += generator.compressed_size(_LEVEL)
            limit = generator.send(null_ports[wire], transport, connections)
            sent = generator.send(engine.ports[wire], transport, connections)
            spans += sent.spans
            rates.append((sent.spans_a_second, sent.exports_a_second, limit.spans_a_second, limit.exports_a_second))
        processor_s += usage.processor_seconds(process)
        peak = usage.peak_resident(process)
        engine.down()
        stored = sum(file.stat().st_size for file in engine.database.parent.glob(f"{engine.database.name}*"))
        expect_readable(engine.database, samples, spans=spans)
    middle = Rates(*(median(column) for column in zip(*rates, strict=True)))
    return IngestRun(middle, processor_s, idle_resident, idle_own, peak, spans, stored, compressed)
