"""HTTP/1.1 on this machine's loopback: a socket and httptools' parser, and nothing of what the way to other machines
needs. To load a client that knows that takes longer than all that a look-up asks.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httptools

from phoenix_dev.backends.http import CONNECT_S, MOST_CONNECTIONS, HttpClient, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

_PIECE = 64 * 1024
#: What could end the line that a URL stands in: a URL spells it as %XX.
_NOT_IN_A_URL = re.compile(r"[^!-~]")


class LoopbackClient(HttpClient):
    """Implements `HttpClient` for `http` URLs. Where a connection that was kept open turns out to be closed, it asks
    once more on a new one: nothing that is asked changes anything.
    """

    def __init__(self) -> None:
        self._idle: dict[str, list[socket.socket]] = {}

    def ask(self, url: str, headers: Mapping[str, str], form: bytes | None, most: int) -> tuple[int, bytes]:
        """See HttpClient."""
        if _NOT_IN_A_URL.search(url):
            raise Unanswered("could not be asked: that is no URL")
        parts = urlsplit(url)
        request = _request(parts, headers, form)
        try:
            if kept := self._kept(parts.netloc):
                try:
                    return self._exchange(kept, parts.netloc, request, most)
                except ConnectionError:
                    pass
            return self._exchange(self._opened(parts), parts.netloc, request, most)
        except TimeoutError as exc:
            raise Unanswered("did not answer in time") from exc
        except OSError as exc:
            raise Unanswered(f"could not be asked: {(exc.strerror or str(exc)).lower()}") from exc
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            raise Unanswered("could not be asked: it does not answer in HTTP") from exc

    def close(self) -> None:
        """See HttpClient."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _opened(self, parts: SplitResult) -> socket.socket:
        # As text, the host would load the codec of international names.
        host: object = (parts.hostname or "").encode("ascii")
        try:
            return socket.create_connection((host, parts.port or 80), CONNECT_S)  # type: ignore[arg-type]
        except TimeoutError:
            raise
        except OSError as exc:
            raise Unanswered("does not answer") from exc

    def _exchange(self, connection: socket.socket, netloc: str, request: bytes, most: int) -> tuple[int, bytes]:
        answer = _Answer()
        left = most
        try:
            connection.settimeout(self.timeout)
            connection.sendall(request)
            while not answer.whole:
                piece = connection.recv(_PIECE)
                left -= len(piece)
                if left < 0:
                    raise Unanswered(f"answered with more than {most // 2**20} MiB")
                answer.take(piece)
        except BaseException:
            connection.close()
            raise
        self._put_back(netloc, connection, answer)
        return answer.status, answer.body()

    def _kept(self, netloc: str) -> socket.socket | None:
        """A connection on which nothing waits: neither its end nor what would be taken for the next answer."""
        while True:
            try:
                connection = self._idle[netloc].pop()
            except LookupError:
                return None
            connection.setblocking(False)
            try:
                connection.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return connection
            except OSError:
                pass
            connection.close()

    def _put_back(self, netloc: str, connection: socket.socket, answer: _Answer) -> None:
        idle = self._idle.setdefault(netloc, [])
        if answer.stays_open and len(idle) < MOST_CONNECTIONS:
            idle.append(connection)
        else:
            connection.close()


class _Answer:
    """An answer as it comes; the methods named `on_…` are the parser's to call."""

    def __init__(self) -> None:
        self.status = 0
        self.whole = self.stays_open = False
        self._headed = self._bounded = False
        self._pieces: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def take(self, piece: bytes) -> None:
        """What came next; nothing is the end of the connection, and with it of a body that tells no length (RFC 9112,
        6.3). Raises ConnectionError when it comes too early, httptools' errors for what is not an answer.
        """
        if piece:
            self._parser.feed_data(piece)
        elif self._headed and not self._bounded:
            self.whole = True
        else:
            raise ConnectionError("it hangs up")

    def body(self) -> bytes:
        """All of the body, once."""
        body = b"".join(self._pieces)
        self._pieces.clear()  # the parser and this hold each other for a while
        return body

    def on_message_begin(self) -> None:
        if self.whole:
            raise ValueError("there is more than one answer")
        self._headed = self._bounded = False

    def on_header(self, name: bytes, _: bytes) -> None:
        self._bounded |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self._headed = True
        self.status = self._parser.get_status_code()
        self.stays_open = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        self.whole = self.status >= 200  # an interim answer is followed by the one that counts


def _request(parts: SplitResult, headers: Mapping[str, str], form: bytes | None) -> bytes:
    method, length = ("GET", {}) if form is None else ("POST", {"Content-Length": str(len(form))})
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fields = {"Host": parts.netloc, **headers, **length}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + (form or b"")
