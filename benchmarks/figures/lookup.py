"""How long it takes to see a request: whole commands, with few and with very many spans stored."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.load import Generator
from benchmarks.readable import expect_readable
from benchmarks.stack import COMMAND, stack
from benchmarks.timing import importing, medians, seconds_of
from benchmarks.workload import LOGS_PER_TRACE, SPANS_PER_TRACE

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.load import Sample
    from benchmarks.stack import Stack

_FEW, _MANY = 1_000, 100_000  # traces
_ROUNDS = 15
_TARGET_MS = 250
_GROWTH = 1.3
_LIBRARIES = "click, sqlite3, zstandard, opentelemetry.proto.{0}.v1.{0}_pb2, rich.text"
_LIMIT = "python -c 'import …' of the libraries that the command needs"
#: What is built at once: memory of the generator.
_PIECE = 20_000


def look_ups(bench: Bench) -> tuple[Figure, ...]:
    """`trace` and `logs`, by IDs chosen at random, against both stores in turn."""
    many = bench.few(_MANY)
    with contextlib.ExitStack() as running:
        few_engine, few_samples = _filled(bench, running, _FEW)
        many_engine, many_samples = _filled(bench, running, many)
        bench.say("look-ups as whole commands")
        few, large = Commands(few_engine.home, few_samples), Commands(many_engine.home, many_samples)
        limits = {name: importing(_LIBRARIES.format(name)) for name in ("trace", "logs")}
        taken = medians(
            {
                "trace few": few.trace,
                "trace many": large.trace,
                "trace limit": lambda: seconds_of(limits["trace"], bench.folder),
                "logs few": few.logs,
                "logs many": large.logs,
                "logs limit": lambda: seconds_of(limits["logs"], bench.folder),
                "span many": large.span,
                "last many": large.last,
                "traces many": large.traces,
            },
            bench.few(_ROUNDS),
        )
    return _figures({name: seconds * 1000 for name, seconds in taken.items()}, _in_words(many))


def _figures(ms: dict[str, float], many: str) -> tuple[Figure, ...]:
    few = _in_words(_FEW)
    found = []
    for name, words in (("trace", "trace ID"), ("logs", "logs --correlation ID")):
        small, large, limit = ms[f"{name} few"], ms[f"{name} many"], ms[f"{name} limit"]
        found += [
            Figure(f"{words}, {few} spans", small, "ms", _TARGET_MS, "lower", _LIMIT, limit),
            Figure(f"{words}, {many} spans", large, "ms", _TARGET_MS, "lower", _LIMIT, limit),
            Figure(f"{words}, {many} over {few}", large / small, "times", _GROWTH),
        ]
    others = (("span", "trace SPAN-ID"), ("last", "trace last"), ("traces", "traces"))
    return (
        *found,
        *(
            Figure(f"{words}, {many} spans", ms[f"{name} many"], "ms", None, "lower", _LIMIT, ms["trace limit"])
            for name, words in others
        ),
    )


def _filled(bench: Bench, running: contextlib.ExitStack, traces: int) -> tuple[Stack, list[Sample]]:
    """An engine that holds so many traces with their logs, and the IDs of some."""
    bench.say(f"a store of {_in_words(traces)} spans and {traces * LOGS_PER_TRACE:,} logs")
    engine = running.enter_context(stack(bench.home(f"store-{traces}")))
    samples: list[Sample] = []
    with Generator() as generator:
        for begun in range(0, traces, _PIECE):
            samples += generator.build("batches with logs", min(_PIECE, traces - begun))
            generator.send(engine.ports["http"])
    expect_readable(engine.database, samples, spans=traces * SPANS_PER_TRACE, logs=traces * LOGS_PER_TRACE)
    return engine, samples


class Commands:
    """Commands against one store, each time for another request."""

    def __init__(self, home: Path, samples: list[Sample]) -> None:
        self._home = home
        self._samples = samples
        self._rng = random.Random()

    def trace(self) -> float:
        """By trace ID."""
        sample = self._any()
        return self._seconds("trace", sample.trace, saying=sample.trace)

    def logs(self) -> float:
        """By correlation ID."""
        return self._seconds("logs", "--correlation", self._any().correlation, saying="routed to")

    def span(self) -> float:
        """By the ID of one of its spans."""
        sample = self._any()
        return self._seconds("trace", next(iter(sample.spans)), saying=sample.trace)

    def last(self) -> float:
        """The newest."""
        return self._seconds("trace", "last", saying="correlation")

    def traces(self) -> float:
        """The list of the newest 20."""
        return self._seconds("traces", saying="10")

    def _any(self) -> Sample:
        return self._rng.choice(self._samples)

    def _seconds(self, *arguments: str, saying: str) -> float:
        return seconds_of((*COMMAND, *arguments), self._home, saying=saying)


def _in_words(traces: int) -> str:
    spans = traces * SPANS_PER_TRACE
    return f"{spans // 1_000_000} M" if spans >= 1_000_000 else f"{spans // 1000} k"
