"""The span of a request itself, as its sender saw it.

Without it the span of whoever answers would have a parent that nobody ever hears of, and no view could tell that from
one that was lost. OTLP/JSON, since a service's SDK need not be loaded for one span.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phoenix_dev import __version__
from phoenix_dev.asking.deliver import JSON, deliver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.exchange import Answer, Outgoing

#: The service that the span belongs to.
SERVICE = "phoenix-dev"
_CLIENT, _ERROR = 3, 2


def send_own_span(endpoint: str, sent: Outgoing, answer: Answer) -> str:
    """Send it to the stack's base URL of OTLP/HTTP: why that was not possible, empty when it was taken."""
    return send_own_spans(endpoint, [(sent, answer)])


def send_own_spans(endpoint: str, exchanges: Sequence[tuple[Outgoing, Answer]]) -> str:
    """The same of several requests, in one export."""
    resource = _attributes({"service.name": SERVICE, "service.version": __version__})
    scope = {"name": "phoenix_dev.request", "version": __version__}
    spans = [_span(sent, answer) for sent, answer in exchanges]
    export = {
        "resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"scope": scope, "spans": spans}]}]
    }
    return deliver(endpoint, "/v1/traces", json.dumps(export).encode(), JSON)


def _span(sent: Outgoing, answer: Answer) -> dict[str, Any]:
    parts = urlsplit(sent.url)
    return {
        "traceId": sent.trace_id,
        "spanId": sent.span_id,
        # Without the query: that is where secrets are.
        "name": f"{sent.method} {parts.path or '/'}",
        "kind": _CLIENT,
        "startTimeUnixNano": str(answer.began_ns),
        "endTimeUnixNano": str(answer.began_ns + answer.duration_ns),
        "attributes": _attributes(_facts(sent, answer)),
        "status": _status(answer),
    }


def _facts(sent: Outgoing, answer: Answer) -> dict[str, str | int]:
    """By the semantic conventions of HTTP client spans, and R6."""
    parts = urlsplit(sent.url)
    facts: dict[str, str | int] = {
        "http.request.method": sent.method,
        "url.full": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
        "server.address": parts.hostname or "",
        "server.port": parts.port or (443 if parts.scheme == "https" else 80),
        "correlation_id": sent.correlation_id,
        "request_id": sent.request_id,
    }
    if answer.status:
        facts["http.response.status_code"] = answer.status
    if answer.broken or answer.status >= 500:
        facts["error.type"] = "timeout" if answer.broken else str(answer.status)
    return facts


def _status(answer: Answer) -> dict[str, Any]:
    """Whether a 404 is a failure, only whoever typed the request knows."""
    if answer.broken:
        return {"code": _ERROR, "message": answer.broken}
    return {"code": _ERROR} if answer.status >= 500 else {}


def _attributes(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in facts.items()
    ]
