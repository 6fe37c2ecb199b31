"""The HTTP side of a service: connections that stay open, on a socket that was handed down."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phoenix_dev.demo.application import Reply

if TYPE_CHECKING:
    import socket

    from phoenix_dev.demo.application import Application

_LARGEST_BODY = 1 << 20


class HttpServer(ThreadingHTTPServer):
    """Serves an application on a listening socket that was handed down."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listening: socket.socket, application: Application) -> None:
        address = listening.getsockname()
        super().__init__(address, _Connection, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_address = address
        self.application = application

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; anything else is, with its traceback on stderr."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """One connection of a client, kept open between requests."""

    protocol_version = "HTTP/1.1"
    # The whole response in one segment: unbuffered, header and body meet Nagle and delayed acknowledgements, 40 ms each
    # time.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: HttpServer

    def setup(self) -> None:
        super().setup()
        self.server.application.connected(+1)

    def finish(self) -> None:
        self.server.application.connected(-1)
        super().finish()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY or "transfer-encoding" in self.headers:
            self.close_connection = True
            self._send(Reply(413, b"{}"))
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.application.answer(self.command, urlsplit(self.path).path, headers, body))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        self.send_header("content-length", str(len(reply.body)))
        for name, value in (reply.headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def version_string(self) -> str:
        return "phoenix-demo"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Requests are told by spans and by the journal, not by an access log."""
