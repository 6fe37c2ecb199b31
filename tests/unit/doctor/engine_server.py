"""A server that answers as a Docker engine does, on a Unix socket: for engines that cannot be had."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    answers: Mapping[str, Any]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        found = self.server.answers.get(self.path.partition("?")[0])
        body = json.dumps(found).encode()
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        pass


@contextmanager
def engine_answering(path: Path, **answers: Any) -> Iterator[dict[str, str]]:
    """Serve, by path without its first slash, at the socket `path`; gives the environment that names it."""
    known = {"_ping": "OK", "version": VERSION, "containers/json": [], "info": {}, **answers}
    with _Server(str(path), _Handler) as server:
        server.answers = {f"/{name}": answer for name, answer in known.items()}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield {"DOCKER_HOST": f"unix://{path}"}
        finally:
            server.shutdown()
            thread.join()
