"""A service of a test's own on the loopback, which answers what it is told to and keeps what it was asked."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import TYPE_CHECKING, Any

from tests.serving import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Asked:
    """A request that came in; headers by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    """An answer: `hold` keeps the connection open without a word until the test ends."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False


class Answering:
    """`says` by path may be changed at any time; a path that is not there is 404."""

    def __init__(self, says: dict[str, Says], port: int) -> None:
        self.says = says
        self.asked: list[Asked] = []
        self.over = Event()
        self.url = f"http://127.0.0.1:{port}"


@contextmanager
def answering(says: Mapping[str, Says] | None = None) -> Iterator[Answering]:
    """A service that answers until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    service = server.service = Answering(dict(says or {}), server.server_address[1])
    with serving(server):
        try:
            yield service
        finally:
            service.over.set()


class _Server(Server):
    service: Answering


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        service = self.server.service
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        service.asked.append(Asked(self.command, self.path, headers, body))
        says = service.says.get(self.path.partition("?")[0], Says(404))
        if says.hold:
            service.over.wait()
            self.close_connection = True
            return
        self.send_response(says.status)
        for name, value in {"content-type": says.content_type, "content-length": str(len(says.body))}.items():
            if name not in says.headers:
                self.send_header(name, value)
        for name, value in says.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(says.body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass
