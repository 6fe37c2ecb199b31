"""HTTP to a backend: the one place where what can go wrong on the way becomes an error of ours."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: An answer above this size (bytes) is not read to its end.
MOST_BYTES = 64 * 1024 * 1024
HINT = "phoenix-dev status"
_TIMEOUT = httpx.Timeout(30.0, connect=2.0)
_SHOWN = 200
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def http_client(urls: Iterable[str]) -> httpx.Client:
    """A client for some base URLs, with connections that stay open. It may be used by several threads."""
    parts = [urlsplit(url) for url in urls if url]
    return httpx.Client(
        timeout=_TIMEOUT,
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
        # Reading certificates takes longer than a query, and a proxy has no way to this machine's own loopback.
        verify=any(part.scheme == "https" for part in parts),
        trust_env=not all(part.hostname in _LOOPBACK for part in parts),
    )


class Backend:
    """One system at one base URL. Every method raises NotReady, naming the URL, when it has no proper answer."""

    def __init__(self, name: str, base_url: str, client: httpx.Client) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self._client = client

    def get(self, path: str, params: Mapping[str, str] | None = None, *, missing: bool = False) -> bytes | None:
        """The body of an answer; with `missing` None stands for 404."""
        return self._ask("GET", path, missing=missing, params=params)

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer as JSON."""
        return self._parsed(path, self.get(path, params))

    def post_json(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The same for a query that may be longer than a URL."""
        return self._parsed(path, self._ask("POST", path, data=form, headers=headers))

    @contextmanager
    def understanding(self, path: str) -> Iterator[None]:
        """Around what reads an answer: one that is not built as it should be is the backend's fault."""
        try:
            yield
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as exc:
            raise self.fault(path, "answered in a form that is not known") from exc

    def fault(self, path: str, what: str) -> NotReady:
        """The error that says so of this backend."""
        return NotReady(f"{self.name} at {self.base_url}{path} {what}", hint=HINT)

    def _ask(self, method: str, path: str, *, missing: bool = False, **request: Any) -> bytes | None:
        try:
            with self._client.stream(method, self.base_url + path, **request) as answer:
                body = self._read(path, answer)
        except httpx.ConnectError as exc:
            raise self.fault(path, "does not answer") from exc
        except httpx.TimeoutException as exc:
            raise self.fault(path, "did not answer in time") from exc
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as exc:
            raise self.fault(path, f"could not be asked: {exc or type(exc).__name__}") from exc
        if answer.status_code == 404 and missing:
            return None
        if answer.status_code != 200:
            raise self.fault(path, f"answered {answer.status_code}: {_shown(body)}".removesuffix(": "))
        return body

    def _read(self, path: str, answer: httpx.Response) -> bytes:
        pieces, size = [], 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > MOST_BYTES:
                raise self.fault(path, f"answered with more than {MOST_BYTES // 2**20} MiB")
            pieces.append(piece)
        return b"".join(pieces)

    def _parsed(self, path: str, body: bytes | None) -> Any:
        try:
            return json.loads(body or b"")
        except (ValueError, RecursionError) as exc:
            raise self.fault(path, "answered something that is not JSON") from exc


def _shown(body: bytes) -> str:
    return " ".join(body[:_SHOWN].decode("utf-8", "replace").split())
