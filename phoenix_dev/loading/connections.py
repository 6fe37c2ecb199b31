"""Connections that are kept open, for many requests to one server at once: HTTP/1.1 by httptools' parser on asyncio.

A client made for everything takes a millisecond of processor time for each request: at a high rate that would be what
is measured.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httptools

from phoenix_dev import __version__

if TYPE_CHECKING:
    from phoenix_dev.model.exchange import Outgoing

#: What comes before the body of an answer, interim answers among it, is kept until its end (bytes).
_MOST_HEAD = 2**20
_PORTS = {"http": 80, "https": 443}
#: Methods whose requests tell the length of their body also when there is none (RFC 9110, section 8.6).
_WITH_A_BODY = ("POST", "PUT", "PATCH")
#: What stands as itself in a path and a query (RFC 3986, sections 3.3 and 3.4); `%` begins what is spelt already.
_IN_A_PATH = "/%!$&'()*+,;=:@~"
_IN_A_QUERY = _IN_A_PATH + "?"


class Broken(Exception):
    """There is no whole answer; why, as the end of a sentence."""


class Connections:
    """Those to the server of one URL, at most `most` at a time."""

    def __init__(self, url: str, most: int) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._idle: list[_Connection] = []
        self._free = asyncio.Semaphore(most)

    async def take(self) -> _Connection:
        """One that nobody uses: the last that was put back, else a new one, else the first that becomes free.

        Raises OSError when the server cannot be reached.
        """
        await self._free.acquire()
        try:
            while self._idle:
                connection = self._idle.pop()
                if connection.is_open:
                    return connection
            return await self._opened()
        except BaseException:
            self._free.release()
            raise

    def put_back(self, connection: _Connection) -> None:
        """Take back what `take` gave."""
        self._free.release()
        if connection.is_open:
            self._idle.append(connection)

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    async def _opened(self) -> _Connection:
        name = self._host if self._tls else None
        loop = asyncio.get_running_loop()
        transport, connection = await loop.create_connection(
            _Connection, self._host, self._port, ssl=self._tls, server_hostname=name
        )
        if not name:
            # A name may stand for several addresses; the one that answered is asked from now on.
            self._host = transport.get_extra_info("peername")[0]
        return connection


class _Connection(asyncio.Protocol):
    """One connection, one request at a time; the methods named `on_…` are the parser's to call."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[int] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._headless = self._headed = self._bounded = self._stays_open = False
        self._head_bytes = 0

    @property
    def is_open(self) -> bool:
        """Whether another request may go over it."""
        return self._transport is not None and not self._transport.is_closing() and self._waiting is None

    async def exchange(self, request: bytes, *, method: str) -> int:
        """The status of the answer, once all of that is here. Raises Broken. Ends the connection when it is cancelled:
        the answer may still come.
        """
        assert self._transport is not None
        self._headless, self._headed, self._bounded, self._head_bytes = method == "HEAD", False, False, 0
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            status = await self._waiting
        except BaseException:
            self.close()
            raise
        finally:
            self._waiting = None
        if not self._stays_open or self._headless:
            # The parser takes what follows the head of an answer to HEAD for its body.
            self.close()
        return status

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol. What nobody waits for would be taken for the next answer."""
        if self._waiting is None or self._waiting.done():
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._break("did not answer in HTTP")
        self._head_bytes += 0 if self._headed else len(data)
        if self._head_bytes > _MOST_HEAD:
            self._break("sent a head without an end")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """See asyncio.Protocol. A body that tells no length ends with its connection (RFC 9112, section 6.3)."""
        if self._headed and not self._bounded:
            self.on_message_complete()
        self._break("hung up before it had answered")

    def on_header(self, name: bytes, _: bytes) -> None:
        """A header of an answer."""
        self._bounded |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        """The head of an answer is here."""
        self._headed = self._parser.get_status_code() >= 200
        self._stays_open = self._parser.should_keep_alive()
        if self._headless:
            self.on_message_complete()

    def on_message_complete(self) -> None:
        """An answer is here; an interim one is followed by the one that counts, and nothing by a second."""
        status = self._parser.get_status_code()
        if status < 200:
            return
        if self._waiting is None or self._waiting.done():
            self.close()
        else:
            self._waiting.set_result(status)

    def _break(self, why: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Broken(why))
        self.close()


def wire_of(outgoing: Outgoing) -> bytes:
    """A request as it goes over the wire."""
    parts = urlsplit(outgoing.url)
    given = {name.lower() for name, _ in outgoing.headers}
    own = {"host": parts.netloc, "user-agent": f"phoenix-dev/{__version__}"}
    if outgoing.body or outgoing.method in _WITH_A_BODY:
        own["content-length"] = str(len(outgoing.body))
    fields = [*((name, value) for name, value in own.items() if name not in given), *outgoing.headers]
    target = quote(parts.path or "/", safe=_IN_A_PATH)
    if parts.query:
        target += f"?{quote(parts.query, safe=_IN_A_QUERY)}"
    lines = [f"{outgoing.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + outgoing.body
