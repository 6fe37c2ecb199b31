"""Whatever is sent to a running engine, at every endpoint: it answers, does not grow, and takes what is right."""

from __future__ import annotations

import contextlib
import gzip
import random
import socket
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

import grpc
import psutil
import pytest

from phoenix_dev.receiver.signals import SIGNALS
from tests import otlp
from tests.stack import running_stack

from .senders import Sender, engine_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack import RunningStack

pytestmark = pytest.mark.usefixtures("free_ports")
MB = 1_000_000
#: What the processes may grow by while nothing of the kind of load changes: caches that fill, not what is sent.
GROWTH = 25 * MB
TRACE = otlp.new_trace_id(random.Random(5))
PATHS = (
    *(signal.path for signal in SIGNALS),
    "/status",
    "/",
    "/traces",
    "/traces/live",
    f"/trace/{TRACE}",
    f"/trace/{TRACE}/live",
    f"/trace/{TRACE}/span/0",
    "/find",
    "/logs",
    "/logs/live",
    "/log",
    "/services",
    "/map",
    "/static/page.css",
)
METHODS = ("POST", "POST", "POST", "GET", "PUT", "OPTIONS", "HEAD", "PATCH", "B@D")
PARAMETERS = ("id", "service", "operation", "attr", "since", "until", "limit", "level", "grep", "q", "error", "cursor")
PIECES = (
    b"\0",
    b"\xff" * 9,
    b"{",
    b"]",
    b'"',
    b"\x1b[31m",
    b"<script>",
    b"\\ud800",
    b"\x0a\xff\xff\xff\xff\x0f",
    b"-1",
)


@dataclass
class Fuzzer:
    """Sends one request after the other; `answers` counts what came back."""

    ports: dict[str, int]
    rng: random.Random
    answers: Counter[object] = field(default_factory=Counter)

    def one(self) -> None:
        """Some request to some endpoint."""
        kind = self.rng.choice((self._http, self._http, self._http, self._grpc, self._raw))
        kind()

    def _http(self) -> None:
        port = self.ports[self.rng.choice(("otlp_http", "otlp_http", "ui"))]
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        with contextlib.closing(connection), contextlib.suppress(HTTPException, ConnectionError):
            connection.putrequest(self.rng.choice(METHODS), self._path(), skip_accept_encoding=True)
            body = self._body()
            for name, value in self._headers(body).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            self.answers[connection.getresponse().status] += 1

    def _path(self) -> str:
        path = self.rng.choice(PATHS)
        if self.rng.random() < 0.2:
            path = "/" + quote_from_bytes(self._mangled(path.encode()))
        if self.rng.random() < 0.5:
            pairs = [f"{self.rng.choice(PARAMETERS)}={quote_from_bytes(self._word())}" for _ in range(3)]
            path = f"{path}?{'&'.join(pairs)}"
        return path

    def _headers(self, body: bytes) -> dict[str, bytes]:
        kinds = (b"application/x-protobuf", b"application/x-protobuf", b"application/json", self._word())
        headers = {"content-type": self.rng.choice(kinds), "content-length": str(len(body)).encode()}
        if self.rng.random() < 0.3:
            headers["content-encoding"] = self.rng.choice((b"gzip", b"br", self._word()))
        if self.rng.random() < 0.2:
            name = self.rng.choice(("origin", "host", "traceparent", "x-phoenix-dev-position", "expect", "cookie"))
            headers[name] = self._word()
        return headers

    def _word(self) -> bytes:
        words = (b"1h", b"last", TRACE.encode(), b"9" * 40, b"%", b"\xf0\x9f\x92\xa9", self.rng.randbytes(8))
        return self.rng.choice((*words, *PIECES)).replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")

    def _body(self) -> bytes:
        body = self._mangled(self.rng.choice(BODIES))
        return gzip.compress(body) if self.rng.random() < 0.2 else body

    def _mangled(self, body: bytes) -> bytes:
        for _ in range(self.rng.randrange(4)):
            at = self.rng.randrange(len(body) + 1)
            body = body[:at] + self.rng.choice((*PIECES, self.rng.randbytes(3))) + body[at + self.rng.randrange(5) :]
        return body[: self.rng.randrange(len(body) + 1)] if self.rng.random() < 0.1 else body

    def _grpc(self) -> None:
        signal = self.rng.choice(SIGNALS)
        method = f"/{signal.service}/{self.rng.choice(('Export', 'Export', 'Export', 'Import'))}"
        with grpc.insecure_channel(f"127.0.0.1:{self.ports['otlp_grpc']}") as channel:
            try:
                channel.unary_unary(method, None, None)(self._body(), timeout=20)
            except grpc.RpcError as refused:
                self.answers[refused.code()] += 1
            else:
                self.answers[grpc.StatusCode.OK] += 1

    def _raw(self) -> None:
        port = self.ports[self.rng.choice(("otlp_http", "otlp_grpc", "ui"))]
        begins = (b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01", b"POST /v1/traces HTTP/1.1\r\n")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sock, contextlib.suppress(OSError):
            sock.sendall(self.rng.choice(begins) + self._mangled(self.rng.randbytes(60)) + b"\r\n\r\n")
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                self.answers["some bytes"] += 1


def _json(export: object) -> bytes:
    from google.protobuf import json_format

    return json_format.MessageToJson(export).encode()  # type: ignore[arg-type]


_EXPORTS = (
    otlp.traces("shop", otlp.span(TRACE, attributes={"a": [1, "b", {"c": None}]}, error="no")),
    otlp.logs("shop", otlp.log("hello", trace_id=TRACE, correlation_id="c-1")),
    otlp.metrics("shop", otlp.gauge("queue.length", 1.0)),
)
BODIES = (*(export.SerializeToString() for export in _EXPORTS), *map(_json, _EXPORTS), b"")


def memory(stack: RunningStack) -> int:
    """What the engine and the page's process hold (bytes); what watches begins when it likes, and is asked nothing."""
    engine = engine_of(stack)
    asked = [child for child in engine.children(recursive=True) if "phoenix_dev.watching" not in child.cmdline()]
    return sum(process.memory_info().rss for process in (engine, *asked))


@pytest.fixture
def stack(home: Path) -> Iterator[RunningStack]:
    with running_stack(home) as running:
        yield running


@pytest.mark.parametrize("requests", [500, pytest.param(20_000, marks=pytest.mark.long)])
def test_it_answers_does_not_grow_and_takes_what_is_right(stack: RunningStack, requests: int) -> None:
    ports = {name: int(stack.endpoints[name].rpartition(":")[2]) for name in ("otlp_http", "otlp_grpc", "ui")}
    fuzzer, sender = Fuzzer(ports, random.Random(requests)), Sender(stack)
    engine, before = engine_of(stack), 0
    for number in range(requests):
        fuzzer.one()
        if number % 50 == 0:
            assert sender.send().status_code == 200
            assert sender.send_over_grpc()[0] == grpc.StatusCode.OK
        if number == requests // 4:
            before = memory(stack)
    grown = memory(stack) - before
    assert grown < GROWTH, f"{grown:,} bytes more than the {before:,} after a quarter"
    assert engine.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD), "the one that was started serves on"
    assert sender.lost() == set()
    assert not {answer for answer in fuzzer.answers if answer in (500, grpc.StatusCode.INTERNAL)}, fuzzer.answers
    assert {200, 400, 404, grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT} <= set(fuzzer.answers)
    log = (stack.home / "projects/phoenix/engine.log").read_text()
    assert not [line for line in log.splitlines() if " ERROR " in line or "Traceback" in line]
