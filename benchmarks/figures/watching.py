"""What it costs that series are made and rules are evaluated beside the engine."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING

import psutil
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from benchmarks import usage
from benchmarks.connection import HttpConnection
from benchmarks.figure import Figure
from benchmarks.load import Generator
from benchmarks.stack import stack
from benchmarks.usage import MB, importing_takes
from benchmarks.workload import SPANS_PER_TRACE, TRACES_PER_BATCH, batches, requests
from phoenix_dev.telemetry.database import ReadConnection
from phoenix_dev.telemetry.unpack import BlockReader
from phoenix_dev.watching.diary import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.stack import Stack

#: The steady load: spans a second, for so many seconds.
_RATE, _SECONDS = 5_000, 30
_PIECE = 30_000  # traces
_ROUNDS = 3
_PATIENCE_S = 120.0
_LIBRARIES = (
    "sqlite3, zstandard, psutil, promql_parser, http.client, opentelemetry.proto.trace.v1.trace_pb2, "
    "opentelemetry.proto.logs.v1.logs_pb2, opentelemetry.proto.metrics.v1.metrics_pb2"
)


def watching(bench: Bench) -> tuple[Figure, ...]:
    """Its processor and memory under a steady load, and what a load without pauses loses by it."""
    bench.say(f"watching: {_RATE:,} spans a second")
    with stack(bench.home("watching")) as engine:
        process = _watcher(engine)
        begun, busy = time.monotonic(), usage.processor_seconds(process)
        spans = _send_steadily(engine.ports["http"], bench.few(_SECONDS, at_least=10))
        _wait_until_counted(engine)
        share = (usage.processor_seconds(process) - busy) / (time.monotonic() - begun) * 100
        resident = usage.resident(process) / MB
        least = _unpacking_takes(engine.database) / spans * _RATE * 100
        bench.say("watching: a load without pauses")
        watched, alone = _rates(engine, bench.few(_ROUNDS))
    libraries = importing_takes(_LIBRARIES) / MB
    return (
        Figure(f"watching, {_RATE:,} spans/s", share, "% of a core", 10, "lower", "unpacking the same blocks", least),
        Figure("its memory, resident", resident, "MB", 60, "lower", "an interpreter with its libraries", libraries),
        Figure("ingest while it watches", watched, "spans/s", 0.9 * alone, "higher", "while it is stopped", alone),
    )


def _send_steadily(port: int, seconds: int) -> int:
    """Exports of 500 spans at their times; how many spans that were."""
    rng = random.Random(5)
    made = list(batches(rng, requests(rng, _RATE * seconds // SPANS_PER_TRACE)))
    connection = HttpConnection(port)
    begun = time.monotonic()
    for number, body in enumerate(made):
        time.sleep(max(0.0, begun + number * TRACES_PER_BATCH * SPANS_PER_TRACE / _RATE - time.monotonic()))
        connection.send(body)
    connection.close()
    return sum(body.spans for body in made)


def _unpacking_takes(store: Path) -> float:
    """Processor seconds to read the same blocks, with nothing made of them."""
    db = ReadConnection(store)
    blocks = BlockReader(db)
    begun = time.process_time()
    for (data,) in db.stream("SELECT data FROM span_block ORDER BY id"):
        TracesData.FromString(blocks.unpacked(data))
    db.close()
    return time.process_time() - begun


def _rates(engine: Stack, rounds: int) -> tuple[float, float]:
    """Spans acknowledged a second: with the process, and while it is stopped."""
    rates: tuple[list[float], list[float]] = ([], [])
    with Generator() as generator:
        for _ in range(rounds):
            generator.build("batches", _PIECE)
            rates[0].append(generator.send(engine.ports["http"]).spans_a_second)
            _wait_until_counted(engine)
            generator.build("batches", _PIECE)
            with _stopped(_watcher(engine)):
                rates[1].append(generator.send(engine.ports["http"]).spans_a_second)
            _wait_until_counted(engine)
    return median(rates[0]), median(rates[1])


@contextmanager
def _stopped(process: psutil.Process) -> Iterator[None]:
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def _watcher(engine: Stack) -> psutil.Process:
    deadline = time.monotonic() + _PATIENCE_S
    while (found := Progress.read(engine.database.parent)) is None or not found.goes_on:
        assert time.monotonic() < deadline, "nobody watches"
        time.sleep(0.1)
    return psutil.Process(found.pid)


def _wait_until_counted(engine: Stack) -> None:
    """Until what was acknowledged before this is counted."""
    now, deadline = time.time_ns(), time.monotonic() + _PATIENCE_S
    while (found := Progress.read(engine.database.parent)) is None or found.time_ns < now or found.behind:
        assert time.monotonic() < deadline, "what watches does not keep up"
        time.sleep(0.1)
