"""Sends one request as it was typed, as curl would: nothing is added that was not asked for, nothing followed."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing
from shlex import quote
from typing import TYPE_CHECKING

import httpx

from phoenix_dev import __version__
from phoenix_dev.errors import PhoenixDevError, UsageError
from phoenix_dev.model.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoenix_dev.model.exchange import Outgoing

#: A body above this size (bytes) is not kept in memory.
MOST_BYTES = 64 * 1024 * 1024


def send(
    outgoing: Outgoing, *, timeout_s: float, follow: bool = False, sink: Callable[[bytes], object] | None = None
) -> Answer:
    """The answer to a request; its body goes to `sink` if there is one, as it comes.

    What breaks after the request went out leaves an answer that says so: it may have caused something. Raises
    UsageError for what cannot be sent, PhoenixDevError when nobody can be reached.
    """
    coming = _Coming(sink)
    try:
        # To check certificates is to load those of the world first.
        secure = outgoing.url.startswith("https:") or follow
        with (
            httpx.Client(verify=secure, follow_redirects=follow, timeout=timeout_s) as client,
            closing(client.send(coming.begin(_request(client, outgoing)), stream=True)) as response,
        ):
            coming.read(response, timeout_s)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError) as error:
        raise UsageError(f"{outgoing.url} cannot be asked: {error}", hint="phoenix-dev request --help") from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise _unreachable(outgoing.url, error) from error
    except httpx.TimeoutException:
        coming.broken = f"did not answer within {timeout_s:g} s"
    except httpx.HTTPError as error:
        coming.broken = f"broke off: {error or type(error).__name__}"
    return coming.answer()


def _request(client: httpx.Client, outgoing: Outgoing) -> httpx.Request:
    headers = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in outgoing.headers]
    request = client.build_request(outgoing.method, outgoing.url, headers=headers, content=outgoing.body or None)
    given = {name.lower() for name, _ in outgoing.headers}
    if "accept-encoding" not in given:
        del request.headers["accept-encoding"]
    if "user-agent" not in given:
        request.headers["user-agent"] = f"phoenix-dev/{__version__}"
    return request


class _Coming:
    """An answer while it comes."""

    def __init__(self, sink: Callable[[bytes], object] | None) -> None:
        self.broken = ""
        self._wall_ns = self._began_ns = 0
        self._sink = sink
        self._response: httpx.Response | None = None
        self._pieces: list[bytes] = []
        self._size = 0

    def begin(self, request: httpx.Request) -> httpx.Request:
        """The request that is sent right now."""
        self._wall_ns, self._began_ns = time.time_ns(), time.monotonic_ns()
        return request

    def read(self, response: httpx.Response, timeout_s: float) -> None:
        """All of it, unless it is too long in one way or the other."""
        self._response = response
        deadline_ns = self._began_ns + round(timeout_s * 1e9)
        for piece in response.iter_bytes():
            self._size += len(piece)
            if self._sink is not None:
                self._sink(piece)
            elif self._size > MOST_BYTES:
                self.broken = (
                    f"answered with more than {MOST_BYTES // 2**20} MiB, which only a file takes (--output FILE)"
                )
                return
            else:
                self._pieces.append(piece)
            if time.monotonic_ns() > deadline_ns:
                self.broken = f"did not end its answer within {timeout_s:g} s"
                return

    def answer(self) -> Answer:
        """What came."""
        took_ns, body, response = time.monotonic_ns() - self._began_ns, b"".join(self._pieces), self._response
        if response is None:
            return Answer(0, "", (), body, self._size, self._wall_ns, took_ns, self.broken)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        status, reason = response.status_code, response.reason_phrase
        return Answer(status, reason, headers, body, self._size, self._wall_ns, took_ns, self.broken)


def _unreachable(url: str, error: Exception) -> PhoenixDevError:
    shown, at = quote(url), f"{url} cannot be reached"
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return PhoenixDevError(
                f"{at}: its certificate is not trusted ({cause.verify_message})",
                hint=f"SSL_CERT_FILE=ca.pem phoenix-dev request {shown}",
            )
        if isinstance(cause, ssl.SSLError):
            plain = quote(url.replace("https:", "http:", 1))
            return PhoenixDevError(f"{at}: it does not speak TLS", hint=f"phoenix-dev request {plain}")
        if isinstance(cause, socket.gaierror):
            return PhoenixDevError(f"{at}: no machine of that name is known", hint=f"phoenix-dev request {shown}")
        if isinstance(cause, ConnectionRefusedError):
            return PhoenixDevError(f"{at}: nothing listens there", hint="phoenix-dev health")
    return PhoenixDevError(f"{at}: {str(error).lower() or type(error).__name__}", hint="phoenix-dev health")


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__
