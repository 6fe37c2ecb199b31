"""How long it takes to see a request on the real stack: whole commands, with many log lines in the last hour."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.docker import docker, needs_docker
from benchmarks.figure import Figure
from benchmarks.load import Generator
from benchmarks.plain_http import PlainHttp
from benchmarks.real_stack import real_stack
from benchmarks.timing import importing, medians, seconds_of
from benchmarks.workload import LOGS_PER_TRACE
from phoenix_dev.backends.loki.query import EVERYTHING, bearing, of_traces

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.load import Sample
    from benchmarks.real_stack import RealStack

_LINES = 100_000
#: Traces with their logs, of all services, that are looked for.
_TRACES = 600
_ROUNDS = 15
_TARGET_MS = 400
_PATIENCE_S = 120.0
_LIBRARIES = "click, httptools, opentelemetry.proto.trace.v1.trace_pb2, rich.text"
_HOUR_NS = 3600 * 10**9
_MARGIN_NS = 300 * 10**9
_WHOLE_LIMIT = "python -c 'import …' of what is needed, plus a trace and its logs over warm HTTP"
_LOGS_LIMIT = "the same import, plus what bears the ID in the last hour over warm HTTP"
_STATUS_LIMIT = "docker stats --no-stream of the same containers"


@needs_docker
def stack_look_ups(bench: Bench) -> tuple[Figure, ...]:
    """`trace` and `logs`, by IDs chosen at random; beside them a warm client that asks for the same, once."""
    lines = bench.few(_LINES)
    with real_stack(bench.home("stack-lookup")) as stack:
        stack.up()
        bench.say(f"the real stack: {lines:,} lines of the last hour, {_TRACES} traces")
        asked = _Asked(stack, _filled(stack, lines))
        bench.say("the real stack: look-ups as whole commands")
        library = importing(_LIBRARIES)
        taken = medians(
            {
                "import": lambda: seconds_of(library, bench.folder),
                "trace": lambda: asked.command("trace", (sample := asked.any()).trace, saying=sample.trace),
                "trace plain": asked.whole,
                "logs trace": lambda: asked.command("logs", "--trace", asked.any().trace),
                "logs correlation": lambda: asked.command("logs", "--correlation", asked.any().correlation),
                "logs plain": asked.logs,
                "last": lambda: asked.command("trace", "last", saying="correlation"),
                "status": lambda: asked.command("status", saying="loki"),
                "docker stats": asked.docker_stats,
            },
            bench.few(_ROUNDS),
        )
    return _figures({name: seconds * 1000 for name, seconds in taken.items()}, lines)


def _figures(ms: dict[str, float], lines: int) -> tuple[Figure, ...]:
    whole, logs = ms["import"] + ms["trace plain"], ms["import"] + ms["logs plain"]
    to_whole, to_logs = (f"{limit}; {lines // 1000} k lines in the last hour" for limit in (_WHOLE_LIMIT, _LOGS_LIMIT))
    return (
        Figure("stack: trace ID", ms["trace"], "ms", _TARGET_MS, "lower", to_whole, whole),
        Figure("stack: logs --trace ID", ms["logs trace"], "ms", _TARGET_MS, "lower", to_whole, whole),
        Figure("stack: logs --correlation ID", ms["logs correlation"], "ms", None, "lower", to_logs, logs),
        Figure("stack: trace last", ms["last"], "ms", None, "lower", to_whole, whole),
        Figure("stack: status", ms["status"], "ms", None, "lower", _STATUS_LIMIT, ms["docker stats"]),
    )


def _filled(stack: RealStack, lines: int) -> list[Sample]:
    """Send everything and wait until all of it is readable: the IDs of some of the traces."""
    port = urlsplit(stack.endpoints()["otlp_http"]).port or 0
    with Generator() as generator:
        generator.build("logs of an hour", lines // LOGS_PER_TRACE)
        generator.send(port, connections=1)
        samples = generator.build("batches with logs", _TRACES)
        generator.send(port, connections=1)
    _await_lines(stack, lines + _TRACES * LOGS_PER_TRACE)
    stores = stack.stores()
    for sample in samples:
        spans = stores.traces.spans([sample.trace]).get(sample.trace, ())
        if {span.span_id for span in spans} != sample.spans:
            raise RuntimeError(f"trace {sample.trace} is not what was sent")
    return samples


def _await_lines(stack: RealStack, lines: int) -> None:
    """Return once Loki counts them. Raises TimeoutError."""
    loki = PlainHttp(urlsplit(stack.endpoints()["loki"]).port or 0)
    counted, deadline = 0, time.monotonic() + _PATIENCE_S
    while counted < lines:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Loki has {counted} of {lines} lines after {_PATIENCE_S:.0f} s")
        time.sleep(0.5)
        form = {"query": f"sum(count_over_time({EVERYTHING}[2h]))"}
        found = json.loads(loki.post("/loki/api/v1/query", form))["data"]["result"]
        counted = int(found[0]["value"][1]) if found else 0


@dataclass
class _Asked:
    """Commands against one stack, each time for another request, and the same asked plainly."""

    stack: RealStack
    samples: list[Sample]

    def __post_init__(self) -> None:
        self._rng = random.Random()
        at = self.stack.endpoints()
        self._jaeger, self._loki = (PlainHttp(urlsplit(at[name]).port or 0) for name in ("jaeger", "loki"))

    def any(self) -> Sample:
        """One of the requests."""
        return self._rng.choice(self.samples)

    def command(self, *arguments: str, saying: str = "routed to") -> float:
        """Seconds of a whole command."""
        return self.stack.seconds(*arguments, saying=saying)

    def whole(self) -> float:
        """A trace and its logs."""
        sample, begun = self.any(), time.perf_counter()
        spans = self._jaeger.get(f"/api/v3/traces/{sample.trace}").count(b'"spanId"')
        now = time.time_ns()
        return self._told(begun, spans, self._lines(of_traces([sample.trace]), now - _MARGIN_NS, now), sample)

    def logs(self) -> float:
        """What bears a correlation ID."""
        sample, begun, now = self.any(), time.perf_counter(), time.time_ns()
        return self._told(
            begun, len(sample.spans), self._lines(bearing(sample.correlation), now - _HOUR_NS, now), sample
        )

    def docker_stats(self) -> float:
        """What docker takes to tell the memory of the containers."""
        containers, begun = self.stack.containers(), time.perf_counter()
        docker("stats", "--no-stream", *containers)
        return time.perf_counter() - begun

    def _lines(self, query: str, first: int, last: int) -> int:
        form = {"query": query, "start": str(first), "end": str(last), "limit": "5000"}
        return self._loki.post("/loki/api/v1/query_range", form).count(b"routed to")

    def _told(self, begun: float, spans: int, lines: int, sample: Sample) -> float:
        seconds = time.perf_counter() - begun
        if (spans, lines) != (len(sample.spans), LOGS_PER_TRACE):
            raise RuntimeError(f"of trace {sample.trace} there are {spans} spans and {lines} lines")
        return seconds
