"""A backend on this machine that answers what a test wants, over real HTTP."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Asked:
    """One request: its path, and its parameters from the URL and the form."""

    path: str
    params: dict[str, str]


@dataclass
class Answering:
    """`answer` gives the status and body for each request; what was asked is kept in `asked`."""

    answer: Callable[[Asked], tuple[int, bytes]] = lambda _: (200, b"{}")
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answers(self, status: int, body: bytes) -> None:
        """From now on, to everything."""
        self.answer = lambda _: (status, body)

    def serve(self) -> ThreadingHTTPServer:
        """A server in a thread; whoever starts it shuts it down."""
        answering = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one piece: apart, the body waits until the head is acknowledged

            def do_GET(self) -> None:
                self._do("")

            def do_POST(self) -> None:
                self._do(self.rfile.read(int(self.headers["content-length"])).decode())

            def do_DELETE(self) -> None:
                self._do("")

            def _do(self, form: str) -> None:
                parts = urlsplit(self.path)
                given = parse_qs(parts.query, keep_blank_values=True) | parse_qs(form, keep_blank_values=True)
                asked = Asked(parts.path, {key: values[0] for key, values in given.items()})
                answering.asked.append(asked)
                status, body = answering.answer(asked)
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server
