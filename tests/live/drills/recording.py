"""A receiver that keeps what it is sent and hands it on at once, the same bytes to several stacks."""

from __future__ import annotations

import http.client
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import local
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.serving import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PATIENCE_S = 20.0
_HANDED_ON = ("content-type", "content-encoding")


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it came, so long after the recording began; what each stack answered, and how long all took."""

    after_s: float
    path: str
    body: bytes
    statuses: tuple[int, ...]
    took_s: float


@dataclass(frozen=True)
class Recording:
    """What came so far. `url` is the base URL of OTLP/HTTP to send to."""

    url: str
    stacks: Sequence[str]
    exports: list[Export] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)


@contextmanager
def recording(*stacks: str) -> Iterator[Recording]:
    """Record until the block ends, and hand on to the stacks that take OTLP/HTTP at these base URLs."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.kept = Recording(f"http://127.0.0.1:{server.server_address[1]}", stacks)
    with serving(server):
        yield server.kept


class _Server(Server):
    kept: Recording


class _Handler(BaseHTTPRequestHandler):
    """Has a thread and a connection to each stack for every connection that a sender keeps open."""

    protocol_version = "HTTP/1.1"
    server: _Server
    _open = local()

    def do_POST(self) -> None:
        kept, came = self.server.kept, time.monotonic()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name: self.headers[name] for name in _HANDED_ON if name in self.headers}
        answers = [self._hand_on(stack, body, headers) for stack in kept.stacks]
        statuses = tuple(status for status, _ in answers)
        kept.exports.append(Export(came - kept.began, self.path, body, statuses, time.monotonic() - came))
        status, said = max(answers, key=lambda one: one[0])
        self.send_response(status)
        self.send_header("content-type", self.headers.get("content-type", ""))
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _hand_on(self, stack: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connections: dict[str, http.client.HTTPConnection] = self._open.__dict__.setdefault("to", {})
        if stack not in connections:
            connections[stack] = http.client.HTTPConnection(urlsplit(stack).netloc, timeout=_PATIENCE_S)
        try:
            connections[stack].request("POST", self.path, body, headers)
            answer = connections[stack].getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            connections.pop(stack).close()
            return 503, b""

    def finish(self) -> None:
        super().finish()
        for connection in self._open.__dict__.pop("to", {}).values():
            connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass
