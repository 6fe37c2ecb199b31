"""The inbox over HTTP: takes what is posted to Slack's webhooks and PagerDuty's Events API v2, and tells what came.

Nothing that comes is trusted: one request a connection, of so many bytes, in so much time, from so many senders at
once. Web pages reach it neither under a name of their own that leads here (DNS rebinding) nor by posting to it.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from phoenix_dev.inbox.channels import TAKEN, Refused

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from io import BufferedIOBase

    from phoenix_dev.inbox.keeping import Messages

#: The largest message that is taken (bytes).
MOST_BYTES = 256 * 1024
#: The largest head of a request.
_HEAD_BYTES = 32 * 1024
#: Until when a request must have come and been answered (seconds).
_DEADLINE_S = 10.0
_CONNECTIONS = 16
_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
#: As the stack's network calls it: for who sends, not for browsers that read.
_IN_THE_STACK = re.compile(r"inbox(:[0-9]{1,5})?")
_ORIGIN = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_BUSY = b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


#: Status, type and body, the latter in pieces: what many read at once is not in memory once for each.
_Answer = tuple[int, str, list[bytes]]


class Web(ThreadingHTTPServer):
    """Serves `messages`. `state` adds to the answer of /health."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], messages: Messages, state: Callable[[], dict[str, Any]]) -> None:
        self.messages = messages
        self.state = state
        self._room = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, or say at once that there are too many."""
        if not self._room.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.send(_BUSY)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that went away, or was cut off, is nothing to tell."""


class _Bounded:
    """What a sender writes, up to so many bytes; after those it ends."""

    def __init__(self, stream: BufferedIOBase, most: int) -> None:
        self._stream = stream
        self._left = most

    def readline(self, most: int) -> bytes:
        return self._counted(self._stream.readline(min(most, self._left)))

    def read(self, most: int) -> bytes:
        return self._counted(self._stream.read(min(most, self._left)))

    def close(self) -> None:
        self._stream.close()

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        return piece


class _Handler(BaseHTTPRequestHandler):
    server: Web
    server_version = "phoenix-dev-inbox"
    sys_version = ""
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(message)s\n"
    timeout = _DEADLINE_S

    def setup(self) -> None:
        super().setup()
        self.rfile = _Bounded(self.rfile, _HEAD_BYTES + MOST_BYTES)  # type: ignore[assignment]
        self._deadline = threading.Timer(_DEADLINE_S, _cut, (self.connection,))
        self._deadline.daemon = True
        self._deadline.start()

    def finish(self) -> None:
        self._deadline.cancel()
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        """`/health`, and `/messages?since=` (Unix nanoseconds) as JSON Lines."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """`/slack` and `/v2/enqueue`."""
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's word
        """What senders write is not for the log."""

    def _answer(self, find: Callable[[str], _Answer]) -> None:
        try:
            status, kind, body = find(urlsplit(self.path).path)
        except Refused as refused:
            status, kind, body = refused.status, *_body(refused.body)
        except ValueError:  # a target that is no URL
            status, kind, body = 400, *_body("that is no path\n")
        except OSError:
            status, kind, body = 503, *_body("what came cannot be kept\n")
        self.send_response(status)
        length = sum(map(len, body))
        headers = {"Content-Type": kind, "Content-Length": str(length), "X-Content-Type-Options": "nosniff"}
        for name, value in {**headers, "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.writelines(body)

    def _get(self, path: str) -> _Answer:
        self._expect_host(_THIS_MACHINE)
        if path == "/health":
            return 200, *_body({"status": "ok", "messages": len(self.server.messages), **self.server.state()})
        if path != "/messages":
            raise Refused(404, "there are /messages and /health\n")
        since = parse_qs(urlsplit(self.path).query).get("since", ["0"])[-1]
        if not re.fullmatch(r"[0-9]{1,19}", since):
            raise Refused(400, "since is a time in Unix nanoseconds\n")
        return 200, "application/jsonl", self.server.messages.since(int(since))

    def _post(self, path: str) -> _Answer:
        self._expect_host(_THIS_MACHINE, _IN_THE_STACK)
        if path not in TAKEN:
            raise Refused(404, "there are /slack and /v2/enqueue\n")
        text = self._posted().decode("utf-8", "replace")
        channel, status, answer = TAKEN[path](text)
        self.server.messages.add(channel, text)
        return status, *_body(answer)

    def _expect_host(self, *allowed: re.Pattern[str]) -> None:
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or not any(one.fullmatch(hosts[0]) for one in allowed):
            raise Refused(403, "this is served on 127.0.0.1, localhost and [::1] only\n")
        if not all(_ORIGIN.fullmatch(origin) for origin in self.headers.get_all("Origin") or []):
            raise Refused(403, "pages of other sites have no business here\n")

    def _posted(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not re.fullmatch(r"[0-9]{1,9}", length):
            raise Refused(411, "the length of the body must be told\n")
        if int(length) > MOST_BYTES:
            raise Refused(413, f"a message has at most {MOST_BYTES} bytes\n")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise Refused(400, "the body is shorter than was told\n")
        return body


def _body(answer: str | dict[str, Any]) -> tuple[str, list[bytes]]:
    if isinstance(answer, str):
        return "text/plain; charset=utf-8", [answer.encode()]
    return "application/json", [json.dumps(answer).encode() + b"\n"]


def _cut(connection: socket.socket) -> None:
    import socket

    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
