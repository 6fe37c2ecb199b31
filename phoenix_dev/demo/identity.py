"""Who a request is, from hop to hop: W3C trace context and baggage, correlation and request ID (R5 and R6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opentelemetry import baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import get_current
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk.trace import Span, SpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from phoenix_dev.model.headers import HEADER_OF, fresh_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.context import Context

#: What may pass through headers, baggage and attributes unharmed; anything else is replaced by an ID of our own.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_PROPAGATOR = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])


def accept(headers: Mapping[str, str]) -> Context:
    """The context a request arrives in: its trace, its baggage, and its two IDs, created where absent.

    `headers` have lower-case names. A header wins over the baggage.
    """
    context = _PROPAGATOR.extract(dict(headers), context=get_current())
    for key, header in HEADER_OF.items():
        given = headers.get(header, "") or str(baggage.get_baggage(key, context) or "")
        value = given if _ACCEPTABLE.fullmatch(given) else fresh_id(key)
        context = baggage.set_baggage(key, value, context)
    return context


def outgoing_headers(*, forget_context: bool = False) -> dict[str, str]:
    """The headers that carry the current context to the next hop.

    With `forget_context` neither `traceparent` nor `baggage` are among them, as when a client library is not
    instrumented and only the middleware that forwards the ID headers does its work.
    """
    headers: dict[str, str] = {}
    if not forget_context:
        _PROPAGATOR.inject(headers)
    return headers | id_headers()


def id_headers() -> dict[str, str]:
    """The two ID headers of the current request; a response carries them as well."""
    return {header: str(baggage.get_baggage(key) or "") for key, header in HEADER_OF.items()}


def request_ids_of(context: Context | None) -> dict[str, str]:
    """`correlation_id` and `request_id` as the baggage of a context has them, those it lacks left out."""
    found = {key: baggage.get_baggage(key, context) for key in HEADER_OF}
    return {key: str(value) for key, value in found.items() if value}


class IdentitySpanProcessor(SpanProcessor):
    """Copies both IDs from the baggage onto every span that starts."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Called by the SDK."""
        span.set_attributes(request_ids_of(parent_context))


class IdentityLogProcessor(LogRecordProcessor):
    """Copies both IDs from the baggage onto every log record."""

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Called by the SDK; must stand before the processors that send or print the record."""
        record = log_record.log_record
        if record.attributes is not None:
            record.attributes.update(request_ids_of(record.context))  # type: ignore[attr-defined]

    def shutdown(self) -> None:
        """Nothing is held."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing is held."""
        return True
