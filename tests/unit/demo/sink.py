"""A receiver of OTLP over HTTP that keeps what it gets in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.common.v1.common_pb2 import KeyValue
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

_KINDS = {1: "internal", 2: "server", 3: "client"}
_STATUSES = {0: "unset", 1: "ok", 2: "error"}
_LEVELS = {1: "TRACE", 5: "DEBUG", 9: "INFO", 13: "WARN", 17: "ERROR", 21: "FATAL"}


@dataclass(frozen=True)
class GotSpan:
    """A span as it arrived."""

    service: str
    raw: Span

    @property
    def key(self) -> tuple[str, str, str, str]:
        """As the ground truth counts it."""
        return self.service, self.raw.name, _KINDS[self.raw.kind], _STATUSES[self.raw.status.code]

    @property
    def attributes(self) -> dict[str, Any]:
        return attributes(self.raw.attributes)


@dataclass(frozen=True)
class GotLog:
    """A log record as it arrived."""

    service: str
    raw: LogRecord

    @property
    def key(self) -> tuple[str, str, str]:
        """As the ground truth counts it; the level is that of the severity number."""
        return self.service, _LEVELS[self.raw.severity_number], self.raw.body.string_value

    @property
    def attributes(self) -> dict[str, Any]:
        return attributes(self.raw.attributes)


@dataclass
class Got:
    """Everything that arrived, or a part of it."""

    spans: list[GotSpan] = field(default_factory=list)
    logs: list[GotLog] = field(default_factory=list)
    metrics: list[tuple[str, Metric]] = field(default_factory=list)

    def of_trace(self, trace_id: str) -> Got:
        """What bears a trace ID."""
        wanted = bytes.fromhex(trace_id)
        return Got(
            [span for span in self.spans if span.raw.trace_id == wanted],
            [log for log in self.logs if log.raw.trace_id == wanted],
        )

    def of(self, key: str, value: str) -> Got:
        """What bears an attribute."""
        return Got(
            [span for span in self.spans if span.attributes.get(key) == value],
            [log for log in self.logs if log.attributes.get(key) == value],
        )

    @property
    def counted(self) -> tuple[Counter[Any], Counter[Any]]:
        """Multisets of spans and of logs, as the ground truth has them."""
        return Counter(span.key for span in self.spans), Counter(log.key for log in self.logs)


def attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    """Attributes by key, scalar values only."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}


class Sink:
    """Listens on a free port of the loopback from construction to `close`."""

    def __init__(self) -> None:
        self.got = Got()
        self.lock = Lock()
        self._server = _Server(self)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, body: bytes) -> None:
        with self.lock:
            match path:
                case "/v1/traces":
                    for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                        service = attributes(of_resource.resource.attributes)["service.name"]
                        self.got.spans += [GotSpan(service, s) for part in of_resource.scope_spans for s in part.spans]
                case "/v1/logs":
                    for logs in ExportLogsServiceRequest.FromString(body).resource_logs:
                        service = attributes(logs.resource.attributes)["service.name"]
                        self.got.logs += [GotLog(service, r) for part in logs.scope_logs for r in part.log_records]
                case "/v1/metrics":
                    for metrics in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                        service = attributes(metrics.resource.attributes)["service.name"]
                        self.got.metrics += [(service, m) for part in metrics.scope_metrics for m in part.metrics]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, sink: Sink) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sink = sink


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        self.server.sink.take(self.path, self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass
