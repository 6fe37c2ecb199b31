"""Orders for the load generator (generator.py), and what it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from types import TracebackType

Shape = Literal["batches", "batches with logs", "small", "logs of an hour"]
Transport = Literal["http", "http gzip", "grpc"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The IDs of a trace that was sent, in hex where they are bytes."""

    trace: str
    spans: frozenset[str]
    correlation: str
    request: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One run: everything in it was acknowledged. `busy_seconds` is the processor time of the generator itself."""

    seconds: float
    busy_seconds: float
    exports: int
    spans: int
    logs: int

    @property
    def spans_a_second(self) -> float:
        """Spans acknowledged a second."""
        return self.spans / self.seconds

    @property
    def exports_a_second(self) -> float:
        """Exports acknowledged a second."""
        return self.exports / self.seconds


class Generator:
    """The process. What it has built it may send any number of times."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.generator"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()

    def build(self, shape: Shape, traces: int, *, gzipped: bool = False, samples: int = 50) -> list[Sample]:
        """Build exports of so many traces; the IDs of some of them."""
        answer = self._order(do="build", shape=shape, traces=traces, gzipped=gzipped, samples=samples)
        return [Sample(s["trace"], frozenset(s["spans"]), s["correlation"], s["request"]) for s in answer["samples"]]

    def compressed_size(self, level: int) -> int:
        """What was built, each export compressed whole by zstd, in bytes."""
        return int(self._order(do="compressed", level=level)["bytes"])

    def send(self, port: int, transport: Transport = "http", connections: int = 4) -> Sent:
        """Send what was built. Raises RuntimeError when anything was not acknowledged."""
        answer = self._order(do="send", port=port, transport=transport, connections=connections)
        if failures := answer.pop("failures"):
            raise RuntimeError(f"not everything was acknowledged: {failures}")
        return Sent(**answer)

    def _order(self, **order: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the load generator ended")
        return json.loads(answer)
