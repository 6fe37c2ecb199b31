"""How long after it was sent to the real stack something can be read."""

from __future__ import annotations

import contextlib
import random
import time
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from benchmarks.connection import HttpConnection
from benchmarks.docker import as_they_come, needs_docker, published_port
from benchmarks.figure import Figure
from benchmarks.plain_http import PlainHttp
from benchmarks.real_stack import real_stack
from benchmarks.workload import LOGS_PER_TRACE, requests, single_export, single_logs
from phoenix_dev.backends.loki.query import of_traces
from phoenix_dev.runtime.compose.parts import JAEGER, LOKI

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.bench import Bench
    from benchmarks.workload import Body, Request

_EXPORTS = 40
_SPANS = 5
_PATIENCE_S = 20.0
#: Between two looks: a look costs a processor that the stack needs.
_PAUSE_S = 0.005
_OTLP = 4318
_TRACES_LIMIT = "sent straight to Jaeger's image as it comes, asked by a plain client"
_LOGS_LIMIT = "sent straight to Loki's image as it comes, asked by a plain client"


@needs_docker
def stack_latency(bench: Bench) -> tuple[Figure, ...]:
    """Single exports over OTLP/HTTP: the spans of a request until Jaeger has all of them, then its logs, in Loki."""
    bench.say("the real stack: from sent to readable")
    taken: dict[str, list[float]] = {"traces": [], "bare traces": [], "logs": [], "bare logs": []}
    with contextlib.ExitStack() as running:
        ways = _through_the_stack(bench, running) | _without_it(running)
        rng = random.Random()
        for number, request in enumerate(requests(rng, bench.few(_EXPORTS) + 1, _SPANS)):
            spans, logs = single_export(rng, request), single_logs(rng, request)
            for name, way in ways.items():
                seconds = way(request, spans if name.endswith("traces") else logs)
                if number:  # the first opens connections and streams
                    taken[name].append(seconds * 1000)
    ms = {name: median(values) for name, values in taken.items()}
    return (
        Figure("stack: sent to readable, traces", ms["traces"], "ms", 400, "lower", _TRACES_LIMIT, ms["bare traces"]),
        Figure("stack: sent to readable, logs", ms["logs"], "ms", 400, "lower", _LOGS_LIMIT, ms["bare logs"]),
    )


def _through_the_stack(bench: Bench, running: contextlib.ExitStack) -> dict[str, Callable[[Request, Body], float]]:
    stack = running.enter_context(real_stack(bench.home("stack-latency")))
    stack.up()
    stores = stack.stores()
    sender = HttpConnection(urlsplit(stack.endpoints()["otlp_http"]).port or 0)
    running.callback(sender.close)

    def traces(request: Request, body: Body) -> float:
        held = request.trace_id.hex()
        return _until(sender, body, lambda: len(stores.traces.spans([held]).get(held, ())) == _SPANS)

    def logs(request: Request, body: Body) -> float:
        held = request.trace_id.hex()
        return _until(sender, body, lambda: len(stores.logs.of_traces([held]).get(held, ())) == LOGS_PER_TRACE)

    return {"traces": traces, "logs": logs}


def _without_it(running: contextlib.ExitStack) -> dict[str, Callable[[Request, Body], float]]:
    jaeger, loki = running.enter_context(as_they_come((JAEGER, (16686, _OTLP)), (LOKI, (3100,))))
    asked, lines = PlainHttp(published_port(jaeger, 16686)), PlainHttp(published_port(loki, 3100))
    asked.wait_for("/api/services", _PATIENCE_S)
    lines.wait_for("/ready", _PATIENCE_S)
    to_jaeger = HttpConnection(published_port(jaeger, _OTLP))
    to_loki = HttpConnection(published_port(loki, 3100), prefix="/otlp")

    def traces(request: Request, body: Body) -> float:
        path = f"/api/v3/traces/{request.trace_id.hex()}"
        return _until(to_jaeger, body, lambda: asked.get(path).count(b'"spanId"') == _SPANS)

    def logs(request: Request, body: Body) -> float:
        path = f"/loki/api/v1/query_range?{urlencode({'query': of_traces([request.trace_id.hex()])})}"
        return _until(to_loki, body, lambda: lines.get(path).count(b"routed to") == LOGS_PER_TRACE)

    return {"bare traces": traces, "bare logs": logs}


def _until(sender: HttpConnection, body: Body, readable: Callable[[], bool]) -> float:
    """Seconds from the first byte on. Raises TimeoutError, and Refused when it was not taken."""
    begun = time.perf_counter()
    sender.begin(body)
    while not readable():
        if time.perf_counter() - begun > _PATIENCE_S:
            raise TimeoutError(f"an export to {body.path} was not readable after {_PATIENCE_S:.0f} s")
        time.sleep(_PAUSE_S)
    seconds = time.perf_counter() - begun
    sender.finish()
    return seconds
