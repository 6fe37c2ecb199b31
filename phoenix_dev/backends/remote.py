"""HTTP to other machines: TLS, and the proxies that the environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from phoenix_dev.backends.http import CONNECT_S, MOST_CONNECTIONS, HttpClient, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping


class RemoteClient(HttpClient):
    """Implements `HttpClient` for any URL. `certificates`: whether there is one to be checked."""

    def __init__(self, *, certificates: bool) -> None:
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS)
        self._client = httpx.Client(limits=limits, verify=certificates)

    def ask(self, url: str, headers: Mapping[str, str], form: bytes | None, most: int) -> tuple[int, bytes]:
        """See HttpClient."""
        method, patience = "GET" if form is None else "POST", httpx.Timeout(self.timeout, connect=CONNECT_S)
        try:
            with self._client.stream(method, url, headers=dict(headers), content=form, timeout=patience) as answer:
                return answer.status_code, _read(answer, most)
        except httpx.ConnectError as exc:
            raise Unanswered("does not answer") from exc
        except httpx.TimeoutException as exc:
            raise Unanswered("did not answer in time") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise Unanswered(f"could not be asked: {exc or type(exc).__name__}") from exc

    def close(self) -> None:
        """See HttpClient."""
        self._client.close()


def _read(answer: httpx.Response, most: int) -> bytes:
    pieces, left = [], most
    for piece in answer.iter_bytes():
        left -= len(piece)
        if left < 0:
            raise Unanswered(f"answered with more than {most // 2**20} MiB")
        pieces.append(piece)
    return b"".join(pieces)
