"""Calls to other services over HTTP, each with its client span."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from threading import local
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from opentelemetry.trace import SpanContext, SpanKind

from phoenix_dev.demo import identity
from phoenix_dev.demo.spans import ServiceError, answered_by, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.trace import Span, Tracer

_TIMEOUT = 15.0


class UpstreamError(ServiceError):
    """Another service answered with an error, or not at all. `error` is the error's name as that service gave it."""

    status_code = 502

    def __init__(self, service: str, status: int, error: str, message: str) -> None:
        super().__init__(f"{service}: {message}")
        self.error = error
        self.error_type = str(status)
        # The client span says it all; the exception is recorded where it happened and where somebody gives up on it.
        self.recorded = True
        # What fails further in fails here for the same reason; a status that only this hop understands becomes 502.
        self.status_code = status if status in (503, 504) else 502


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer answered, and the span that did."""

    body: Mapping[str, Any]
    by: SpanContext | None


class Peers:
    """The services this one may call, by name, with their base URLs. Each thread keeps its own connections open."""

    def __init__(self, tracer: Tracer, urls: Mapping[str, str]) -> None:
        self._tracer = tracer
        self._addresses = {name: urlsplit(url).netloc for name, url in urls.items()}
        self._threads = local()

    def post(
        self,
        service: str,
        template: str,
        body: Mapping[str, Any],
        *,
        variables: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        forget_context: bool = False,
    ) -> Answer:
        """POST a JSON object. `forget_context`: without traceparent and baggage, the fault `lost-context`.

        Raises UpstreamError when the answer is not 200 or there is none.
        """
        path = template.format(**{name: quote(value, safe="") for name, value in (variables or {}).items()})
        host, _, port = self._addresses[service].partition(":")
        attributes: dict[str, str | int] = {
            "http.request.method": "POST",
            "url.full": f"http://{self._addresses[service]}{path}",
            "url.template": template,
            "server.address": host,
            "server.port": int(port),
            "peer.service": service,
        }
        with span(self._tracer, f"POST {template}", SpanKind.CLIENT, attributes) as current:
            sent = {**(headers or {}), **identity.outgoing_headers(forget_context=forget_context)}
            return self._exchange(current, service, path, body, sent)

    def _exchange(
        self, current: Span, service: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        try:
            status, answer, trace = self._send(service, "POST", path, json.dumps(body).encode(), headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UpstreamError(service, 502, type(error).__name__, "no answer") from error
        current.set_attribute("http.response.status_code", status)
        if status != 200:
            raise UpstreamError(service, status, str(answer.get("error", "")), str(answer.get("message", "")))
        return Answer(answer, answered_by(trace))

    def probe(self, service: str) -> None:
        """Ask whether a peer lives. Raises OSError when it does not."""
        try:
            status, _, _ = self._send(service, "GET", "/health/liveness", b"", {})
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        if status != 200:
            raise ConnectionError(f"answered {status}")

    def _send(
        self, service: str, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, Any], str]:
        connection, reused = self._connection(service)
        try:
            return _exchange(connection, method, path, body, headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._threads.connections.pop(service).close()
            if not reused or not isinstance(error, ConnectionError):
                raise
        # A connection kept open across a restart of the peer is dead; a fresh one tells whether the peer is.
        connection, _ = self._connection(service)
        return _exchange(connection, method, path, body, headers)

    def _connection(self, service: str) -> tuple[http.client.HTTPConnection, bool]:
        kept: dict[str, http.client.HTTPConnection] = self._threads.__dict__.setdefault("connections", {})
        reused = service in kept
        if not reused:
            kept[service] = http.client.HTTPConnection(self._addresses[service], timeout=_TIMEOUT)
        return kept[service], reused


def _exchange(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, Any], str]:
    connection.request(method, path, body, {"content-type": "application/json", **headers})
    response = connection.getresponse()
    content = json.loads(response.read() or b"{}")
    return response.status, content, response.getheader("traceresponse", "")
