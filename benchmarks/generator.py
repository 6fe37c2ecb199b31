"""The load generator: a process of its own that builds exports first and, when told to, sends them as fast as it can.

Told by JSON lines on stdin, answers each with one on stdout; see load.py for the other side.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from dataclasses import replace
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import zstandard

from benchmarks.connection import GrpcConnection, HttpConnection, Refused
from benchmarks.workload import SPANS_PER_TRACE, batches, logs_of_an_hour, requests, small_exports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.connection import Connection
    from benchmarks.workload import Body, Request

#: As the exporters of the SDKs compress, or faster: it happens before the clock starts.
_GZIP_LEVEL = 6


class _Generator:
    def __init__(self) -> None:
        self._rng = random.Random()
        self._bodies: list[Body] = []

    def build(self, *, traces: int, shape: str, gzipped: bool, samples: int) -> dict[str, Any]:
        """Exports of so many traces, in place of those before. Answers with the IDs of some of them."""
        made = requests(self._rng, traces, _SPANS.get(shape, SPANS_PER_TRACE))
        self._bodies = list(_SHAPES[shape](self._rng, made))
        if gzipped:
            self._bodies = [replace(body, content=gzip.compress(body.content, _GZIP_LEVEL)) for body in self._bodies]
        return {"samples": [_ids(request) for request in self._rng.sample(made, min(samples, traces))]}

    def compressed(self, *, level: int) -> dict[str, Any]:
        """The size of all exports, each compressed whole by zstd, in bytes."""
        compress = zstandard.ZstdCompressor(level=level).compress
        return {"bytes": sum(len(compress(body.content)) for body in self._bodies)}

    def send(self, *, port: int, transport: str, connections: int) -> dict[str, Any]:
        """Every export once. Answers when all are acknowledged; `seconds` from the first byte to the last answer."""
        opened = [_OPEN[transport](port) for _ in range(connections)]
        failures: list[str] = []
        barrier = Barrier(connections + 1)
        threads = [
            Thread(target=_send_all, args=(connection, self._bodies[number::connections], barrier, failures))
            for number, connection in enumerate(opened)
        ]
        for thread in threads:
            thread.start()
        barrier.wait()
        begun, busy = time.perf_counter(), time.process_time()
        for thread in threads:
            thread.join()
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        return {
            "seconds": seconds,
            "busy_seconds": busy,
            "exports": len(self._bodies),
            "spans": sum(body.spans for body in self._bodies),
            "logs": sum(body.logs for body in self._bodies),
            "failures": failures,
        }


def _send_all(connection: Connection, bodies: Iterable[Body], barrier: Barrier, failures: list[str]) -> None:
    barrier.wait()
    try:
        for body in bodies:
            connection.send(body)
    except (Refused, OSError) as error:  # told to the other side, where it ends the run
        failures.append(f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def _ids(request: Request) -> dict[str, Any]:
    return {
        "trace": request.trace_id.hex(),
        "spans": [span_id.hex() for span_id in request.span_ids],
        "correlation": request.correlation_id,
        "request": request.request_id,
    }


_SHAPES: dict[str, Callable[[random.Random, list[Request]], Iterable[Body]]] = {
    "batches": batches,
    "batches with logs": lambda rng, made: batches(rng, made, logs=True),
    "small": small_exports,
    "logs of an hour": logs_of_an_hour,
}
#: Five for each of the six services.
_SPANS = {"small": 30}
_OPEN: dict[str, Callable[[int], Connection]] = {
    "http": HttpConnection,
    "http gzip": lambda port: HttpConnection(port, gzip=True),
    "grpc": GrpcConnection,
}


def main() -> None:
    """Do what stdin says, line by line, until it ends."""
    generator = _Generator()
    for line in sys.stdin:
        order = json.loads(line)
        answer = getattr(generator, order.pop("do"))(**order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
