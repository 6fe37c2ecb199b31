"""Engines that hold the guises, and what is sent to them."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
import httpx
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.integration.hostile.guises import LONE, TEXTS, Case, logs_export, spans_export
from tests.integration.terminal import run_in_terminal
from tests.otlp import new_trace_id, span, traces
from tests.ports import own_ports
from tests.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    from tests.integration.terminal import Screen
    from tests.running import Ran

    Export = ExportTraceServiceRequest | ExportLogsServiceRequest


@dataclass(frozen=True)
class Engine:
    """A running engine with one guise of every case."""

    env: dict[str, str]
    endpoints: dict[str, str]
    guise: Callable[[str], str]

    def piped(self, *args: str) -> Ran:
        return CommandLine()(*args, env=self.env)

    def on_terminal(self, *args: str) -> Screen:
        return run_in_terminal(*args, env=self.env)

    def send(self, case: Case) -> None:
        """Over a different way for each case; what only JSON can hold over JSON."""
        for export in (spans_export(case, self.guise), logs_export(case, self.guise)):
            way = 1 if LONE in TEXTS[case.name] else case.number % 3
            (self.post, self.post_json, self.call)[way](export)

    def post(self, export: Export, body: bytes | None = None, kind: str = "application/x-protobuf") -> None:
        content = export.SerializeToString() if body is None else body
        answer = httpx.post(self._url(export), content=content, headers={"content-type": kind}, timeout=30)
        assert answer.status_code == 200, answer.text

    def post_json(self, export: Export) -> None:
        sent = json.dumps(_with_hex_ids(json_format.MessageToDict(export, use_integers_for_enums=True)))
        self.post(export, sent.replace(json.dumps(LONE)[1:-1], "\\ud800").encode(), "application/json")

    def call(self, export: Export) -> None:
        self.call_with(
            export.SerializeToString(), "traces" if isinstance(export, ExportTraceServiceRequest) else "logs"
        )

    def call_with(self, body: bytes, signal: str) -> None:
        """Export over gRPC; raises RpcError where that is refused."""
        service = "trace.v1.TraceService" if signal == "traces" else "logs.v1.LogsService"
        with grpc.insecure_channel(self.endpoints["otlp_grpc"].removeprefix("http://")) as channel:
            export = channel.unary_unary(f"/opentelemetry.proto.collector.{service}/Export", bytes, bytes)
            export(body, timeout=30)

    def _url(self, export: Export) -> str:
        return (
            f"{self.endpoints['otlp_http']}/v1/{'traces' if isinstance(export, ExportTraceServiceRequest) else 'logs'}"
        )


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, dict):
        ids = ("traceId", "spanId", "parentSpanId")
        return {key: _hex(each) if key in ids else _with_hex_ids(each) for key, each in value.items()}
    return [_with_hex_ids(each) for each in value] if isinstance(value, list) else value


def _hex(base64: str) -> str:
    return b64decode(base64).hex()


def start(home: Path, guise: Callable[[str], str]) -> Engine:
    """`up` on free ports."""
    env = {"PHOENIX_DEV_HOME": str(home), **own_ports()}
    ran = CommandLine()("up", "--runtime", "embedded", "--json", env=env)
    assert ran.code == 0, ran.stderr
    return Engine(env, ran.json()["endpoints"], guise)


def filled(engine: Engine, cases: Sequence[Case]) -> None:
    """Send every case, something that completion may offer, and something that is refused."""
    for case in cases:
        engine.send(case)
    service = engine.guise(cases[0].text("service"))
    engine.post(traces("plain-service", span(new_trace_id(), start=cases[0].start)))
    refused = traces(service, span(new_trace_id(), "BAD"))
    answer = httpx.post(f"{engine.endpoints['otlp_http']}/v1/traces", content=spoilt(refused), headers=PROTOBUF)
    assert answer.status_code == 400


PROTOBUF = {"content-type": "application/x-protobuf"}


def spoilt(export: Export) -> bytes:
    """The export's bytes, in which what was BAD is not UTF-8."""
    return export.SerializeToString().replace(b"BAD", b"\xff\xfe\x80")
