"""The way of an export into a stack: one connection of OTLP over HTTP, kept open.

http.client, not httpx: the processes that use it start with every engine and every `run`, and httpx alone takes longer
to load than all the rest of them.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE_S = 10.0
#: Answers that ask to send again (OTLP specification, "OTLP/HTTP Response", "Retryable Response Codes").
TRY_AGAIN = (429, 502, 503, 504)


class Unreachable(Exception):
    """Nobody answers; says where and why."""


class Door:
    """Where logs are taken: `endpoint` is the base URL of OTLP over HTTP."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._connection: http.client.HTTPConnection | None = None

    def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of the answer to an export of logs. Raises Unreachable."""
        try:
            if self._connection is None:
                at = urlsplit(self.endpoint)
                self._connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=_PATIENCE_S)
            sent = {"Content-Type": "application/x-protobuf", **(headers or {})}
            self._connection.request("POST", "/v1/logs", body, sent)
            with self._connection.getresponse() as response:
                return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            why = getattr(error, "strerror", None) or error or type(error).__name__
            raise Unreachable(f"{self.endpoint}: {why}") from error

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
