"""HTTP to a backend: the one place where what can go wrong on the way becomes an error of ours.

Backends on this machine's loopback are asked by loopback.py, all others by remote.py, which knows TLS and proxies and
takes longer to load than a look-up.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode, urlsplit

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType

#: An answer above this size (bytes) is not read to its end.
MOST_BYTES = 64 * 1024 * 1024
HINT = "phoenix-dev status"
#: How long a connection may take (seconds).
CONNECT_S = 2.0
#: How many connections stay open.
MOST_CONNECTIONS = 16
_PATIENCE_S = 30.0
_SHOWN = 200
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


class Unanswered(Exception):
    """No answer came, or none that can be taken: why, as the end of a sentence."""


class Declined(NotReady):
    """An answer that is an error: its status and its body, for those who know what that may mean."""

    def __init__(self, said: NotReady, status: int, body: bytes) -> None:
        super().__init__(said.message, hint=said.hint)
        self.status = status
        self.body = body


class HttpClient(ABC):
    """Asks over connections that stay open. It may be used by several threads.

    `timeout`: how long it waits for each piece of an answer (seconds).
    """

    timeout = _PATIENCE_S

    @abstractmethod
    def ask(self, url: str, headers: Mapping[str, str], form: bytes | None, most: int) -> tuple[int, bytes]:
        """Status and body of the answer to a GET, or to a POST if there is a form.

        Raises Unanswered, also when the answer has more than `most` bytes. A redirection is an answer like others.
        """

    @abstractmethod
    def close(self) -> None:
        """End the connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def http_client(urls: Iterable[str]) -> HttpClient:
    """A client for some base URLs."""
    parts = [urlsplit(url) for url in urls if url]
    if all(part.scheme == "http" and part.hostname in _LOOPBACK for part in parts):
        from phoenix_dev.backends.loopback import LoopbackClient

        return LoopbackClient()
    from phoenix_dev.backends.remote import RemoteClient

    return RemoteClient(certificates=any(part.scheme == "https" for part in parts))


class Backend:
    """One system at one base URL. Every method raises NotReady, naming the URL, when it has no proper answer."""

    def __init__(self, name: str, base_url: str, client: HttpClient) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self._client = client

    def get(self, path: str, params: Mapping[str, str] | None = None, *, missing: bool = False) -> bytes | None:
        """The body of an answer; with `missing` None stands for 404."""
        return self._ask(path, params, missing=missing)

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer as JSON."""
        return self._parsed(path, self._ask(path, params))

    def post_json(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The same for a query that may be longer than a URL."""
        return self._parsed(path, self._ask(path, form=form, headers=headers))

    def send_json(self, path: str, value: object) -> None:
        """Post a JSON document. It may be sent twice, so only what says the same then."""
        self._ask(path, posted=json.dumps(value).encode("ascii"), headers=_JSON)

    @contextmanager
    def understanding(self, path: str) -> Iterator[None]:
        """Around what reads an answer: one that is not built as it should be is the backend's fault."""
        try:
            yield
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as exc:
            raise self.fault(path, "answered in a form that is not known") from exc

    def fault(self, path: str, what: str) -> NotReady:
        """The error that says so of this backend."""
        return NotReady(f"{self.name} at {self.base_url}{path} {what}", hint=HINT)

    def _ask(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        posted: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        missing: bool = False,
    ) -> bytes | None:
        try:
            url = f"{self.base_url}{path}?{urlencode(params)}" if params else self.base_url + path
            posted, kind = (posted, {}) if form is None else (urlencode(form).encode("ascii"), _FORM)
            status, body = self._client.ask(url, {**(headers or {}), **kind}, posted, MOST_BYTES)
        except (Unanswered, UnicodeError) as exc:
            what = f"could not be asked: {exc}" if isinstance(exc, UnicodeError) else str(exc)
            raise self.fault(path, what) from exc
        if status == 404 and missing:
            return None
        if status != 200:
            raise Declined(self.fault(path, f"answered {status}: {_shown(body)}".removesuffix(": ")), status, body)
        return body

    def _parsed(self, path: str, body: bytes | None) -> Any:
        try:
            return json.loads(body or b"")
        except (ValueError, RecursionError) as exc:
            raise self.fault(path, "answered something that is not JSON") from exc


def _shown(body: bytes) -> str:
    return " ".join(body[:_SHOWN].decode("utf-8", "replace").split())
