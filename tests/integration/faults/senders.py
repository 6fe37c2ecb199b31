"""Sends spans to a stack as applications do, and remembers what was acknowledged."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import grpc
import httpx
import psutil

from tests import otlp

if TYPE_CHECKING:
    from tests.stack import RunningStack

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_HEADERS = {"content-type": "application/x-protobuf"}


@dataclass
class Sender:
    """`noise` makes what is sent incompressible, so that sizes mean something."""

    stack: RunningStack
    acknowledged: list[str] = field(default_factory=list)
    noise: random.Random = field(default_factory=lambda: random.Random(1))

    def send(self, size: int = 0) -> httpx.Response:
        """One span with so many bytes."""
        trace_id, body = self._export(size)
        url = f"{self.stack.endpoints['otlp_http']}/v1/traces"
        answer = httpx.post(url, content=body, headers=_HEADERS, timeout=30)
        if answer.status_code == 200:
            self.acknowledged.append(trace_id)
        return answer

    def send_over_grpc(self, size: int = 0) -> tuple[grpc.StatusCode, str]:
        """The same; what came of it."""
        with grpc.insecure_channel(self.stack.endpoints["otlp_grpc"].removeprefix("http://")) as channel:
            try:
                channel.unary_unary(EXPORT, None, None)(self._export(size)[1], timeout=30)
            except grpc.RpcError as refused:
                call = refused
                return call.code(), str(call.details())
        return grpc.StatusCode.OK, ""

    def send_until_refused(self, size: int) -> httpx.Response:
        """The first answer that is none of success."""
        for _ in range(2000):
            answer = self.send(size)
            if answer.status_code != 200:
                return answer
        raise AssertionError("everything was taken")

    def lost(self) -> set[str]:
        """What was acknowledged and is not found."""
        return set(self.acknowledged) - set(self.stack.stores.traces.spans(self.acknowledged))

    def _export(self, size: int) -> tuple[str, bytes]:
        trace_id = otlp.new_trace_id()
        span = otlp.span(trace_id, attributes={"noise": self.noise.randbytes(size)})
        return trace_id, otlp.traces("shop", span).SerializeToString()


def failure_of(stack: RunningStack) -> str:
    """What the engine says that it cannot do, without the cost of a command."""
    failure: str = httpx.get(f"{stack.endpoints['otlp_http']}/status").json()["failure"]
    return failure


def engine_of(stack: RunningStack) -> psutil.Process:
    """The engine's process."""
    import json

    record = json.loads((stack.home / "projects" / stack.project / "runtime.json").read_text())
    return psutil.Process(record["pid"])
