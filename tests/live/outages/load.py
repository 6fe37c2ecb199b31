"""Steady load over OTLP that remembers what was acknowledged, and sends again what was not, as an SDK does."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
import httpx
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from tests import otlp
from tests.live.compose.by_hand import PROTOBUF

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

    from tests.live.compose.by_hand import ByHand

#: Exports a second of each of the three signals.
RATE = 7
SPANS = 2
ERROR_EVERY = 5
#: What OTLP names as worth another try, over HTTP and over gRPC.
_HTTP_AGAIN = (429, 502, 503, 504)
_GRPC_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED)
_STUBS: dict[str, Any] = {"traces": TraceServiceStub, "logs": LogsServiceStub, "metrics": MetricsServiceStub}


@dataclass(frozen=True)
class Item:
    """What can be looked for: a trace with its spans, a line, a sample; `failed` when a span has an error."""

    name: str
    spans: frozenset[str] = frozenset()
    failed: bool = False


@dataclass
class Load:
    """One sender a signal, every other export over gRPC. Runs from `with` to the end of the block."""

    stack: ByHand
    service: str
    #: What was acknowledged, by signal.
    acknowledged: dict[str, list[Item]] = field(default_factory=lambda: {signal: [] for signal in _STUBS})
    #: How often an export was sent again.
    again: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(len(_STUBS)))
    _running: list[Future[None]] = field(default_factory=list)

    def __enter__(self) -> Self:
        build = {"traces": self._traces, "logs": self._logs, "metrics": self._metrics}
        self._running = [self._pool.submit(self._send_on, signal, build[signal]) for signal in _STUBS]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._pool.shutdown()
        for one in self._running:
            one.result()

    def total(self) -> int:
        """How many exports were acknowledged up to now."""
        return sum(map(len, self.acknowledged.values()))

    def _send_on(self, signal: str, build: Callable[[int], tuple[Item, Any]]) -> None:
        number = 0
        with (
            httpx.Client(timeout=10) as http,
            grpc.insecure_channel(f"127.0.0.1:{self.stack.ports['OTLP_GRPC']}") as channel,
        ):
            ways = (self._by_http(http, signal), self._by_grpc(channel, signal))
            while not self._over.wait(1 / RATE):
                item, export = build(number)
                while not ways[number % 2](export):
                    self.again += 1
                    if self._over.wait(0.5):
                        return
                self.acknowledged[signal].append(item)
                number += 1

    def _by_http(self, http: httpx.Client, signal: str) -> Callable[[Any], bool]:
        url = f"{self.stack.url('OTLP_HTTP')}/v1/{signal}"

        def send(export: Any) -> bool:
            try:
                answer = http.post(url, content=export.SerializeToString(), headers=PROTOBUF)
            except httpx.TransportError:
                return False
            assert answer.status_code == 200 or answer.status_code in _HTTP_AGAIN, answer.text
            return answer.status_code == 200

        return send

    def _by_grpc(self, channel: grpc.Channel, signal: str) -> Callable[[Any], bool]:
        stub = _STUBS[signal](channel)

        def send(export: Any) -> bool:
            try:
                stub.Export(export, timeout=10)
            except grpc.RpcError as error:
                if error.code() not in _GRPC_AGAIN:
                    raise
                return False
            return True

        return send

    def _traces(self, number: int) -> tuple[Item, Any]:
        trace_id, ids = otlp.new_trace_id(), [otlp.new_span_id() for _ in range(SPANS)]
        failed = number % ERROR_EVERY == 0
        root = otlp.span(trace_id, "root", span_id=ids[0], start=time.time_ns())
        work = otlp.span(
            trace_id, "work", span_id=ids[1], parent=ids[0], start=time.time_ns(), error="no" if failed else None
        )
        return Item(trace_id, frozenset(ids), failed), otlp.traces(self.service, work, root)

    def _logs(self, number: int) -> tuple[Item, Any]:
        line = f"line {number}"
        return Item(line), otlp.logs(self.service, otlp.log(line, time=time.time_ns()))

    def _metrics(self, number: int) -> tuple[Item, Any]:
        return Item(str(number)), otlp.metrics(self.service, otlp.gauge("tests.count", number, time=time.time_ns()))
