"""Short questions to services, which end in time and in size, whatever answers."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from phoenix_dev import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, and how long it took until all of it was here. `location` is where it sends on to, if it does."""

    status: int
    content_type: str
    body: bytes
    duration_ns: int
    location: str = ""


class Unfetched(Exception):
    """There is no whole answer; why, as the end of a sentence."""


def fetch(
    url: str,
    *,
    timeout_s: float,
    most_bytes: int,
    accept: str = "*/*",
    method: str = "GET",
    headers: Mapping[str, str] = MappingProxyType({}),
    body: bytes = b"",
) -> Fetched:
    """The answer to a request, by default a GET; a redirection is an answer like others.

    Raises Unfetched, also for what is not here after `timeout_s` in all, or larger than `most_bytes`.
    """
    began, late = time.monotonic_ns(), f"did not answer within {timeout_s:g} s"
    try:
        connection, target = _connection(url, timeout_s)
        with _opened(connection, timeout_s):
            own = {"accept": accept, "user-agent": f"phoenix-dev/{__version__}"}
            own |= {name.lower(): value for name, value in headers.items()}
            connection.request(method, target, body or None, own)
            with connection.getresponse() as response:
                content = _read(response, most_bytes)
            took = time.monotonic_ns() - began
            if took > timeout_s * 1e9:
                raise Unfetched(late)
            kind, location = response.getheader("content-type", ""), response.getheader("location", "")
            return Fetched(response.status, kind, content, took, location)
    except TimeoutError as error:
        raise Unfetched(late) from error
    except ConnectionRefusedError as error:
        raise Unfetched("nothing listens there") from error
    except http.client.IncompleteRead as error:
        over = time.monotonic_ns() - began > timeout_s * 1e9
        raise Unfetched(late if over else "ended before its answer did") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic_ns() - began > timeout_s * 1e9:
            raise Unfetched(late) from error
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unfetched(f"gave no answer: {str(why)[:200]}") from error


def _connection(url: str, timeout_s: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return kind(parts.hostname or "", parts.port, timeout=timeout_s), target


@contextmanager
def _opened(connection: http.client.HTTPConnection, timeout_s: float) -> Iterator[None]:
    """Ends the connection when the time is over, too: the timeout of a socket begins anew with each byte."""
    connection.connect()
    opened = connection.sock  # the connection lets go of it before its last answer is read

    def end() -> None:
        with suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()


def _read(response: http.client.HTTPResponse, most_bytes: int) -> bytes:
    pieces, left = [], most_bytes
    while piece := response.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise Unfetched(f"answered more than {most_bytes / 2**20:g} MiB")
        pieces.append(piece)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)
