"""The IDs by which a request is known, and the spellings under which services attach them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from phoenix_dev.model.attributes import text_of

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes, AttributeValue

IdKind = Literal["trace", "correlation", "request", "span"]
ID_KINDS: tuple[IdKind, ...] = ("trace", "correlation", "request", "span")

#: Attribute keys that carry the correlation ID (R6: baggage `correlation_id`, header `x-correlation-id`), best first.
CORRELATION_KEYS = (
    "correlation_id",
    "correlation.id",
    "correlationId",
    "correlation-id",
    "x-correlation-id",
    "x_correlation_id",
    "http.request.header.x-correlation-id",
    "http.request.header.x_correlation_id",
)
#: Attribute keys that carry the request's own ID (R6: header `x-request-id`), best first.
REQUEST_KEYS = (
    "request_id",
    "request.id",
    "requestId",
    "request-id",
    "x-request-id",
    "x_request_id",
    "http.request.header.x-request-id",
    "http.request.header.x_request_id",
)
_KEYS: dict[str, tuple[str, ...]] = {"correlation": CORRELATION_KEYS, "request": REQUEST_KEYS}
#: Which ID an attribute key carries.
KIND_OF_KEY: dict[str, IdKind] = {}
KIND_OF_KEY.update(dict.fromkeys(CORRELATION_KEYS, "correlation"))
KIND_OF_KEY.update(dict.fromkeys(REQUEST_KEYS, "request"))


def ids_in(attributes: Attributes, kind: IdKind) -> tuple[str, ...]:
    """Every correlation or request ID that attributes bear, that of the best key first; empty for the other kinds."""
    values = (id_text(attributes[key]) for key in _KEYS.get(kind, ()) if key in attributes)
    return tuple(dict.fromkeys(filter(None, values)))


def own_id(attributes: Attributes, kind: IdKind) -> str:
    """The ID under the best key, empty when there is none."""
    return next(iter(ids_in(attributes, kind)), "")


def id_text(value: AttributeValue) -> str:
    """An attribute's value as an ID.

    A captured header is a list of one; what is no text is taken as `text_of` shows it.
    """
    if isinstance(value, list):
        value = value[0] if value else None
    return text_of(value)


_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?", re.IGNORECASE)
_HEX16 = re.compile(r"[0-9a-f]{16}", re.IGNORECASE)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


def trace_id_of_traceparent(text: str) -> str | None:
    """The trace ID inside a `traceparent` (W3C Trace Context, section 3.2), lower-case; None where it is not one."""
    match = _TRACEPARENT.fullmatch(text.strip())
    return match[1].lower() if match else None


def as_trace_id(text: str) -> str | None:
    """32 hex digits, with or without hyphens, any case → lower-case hex; None for anything else."""
    digits = text.strip().replace("-", "")
    return digits.lower() if _HEX32.fullmatch(digits) else None


def as_span_id(text: str) -> str | None:
    """16 hex digits, any case → lower-case hex; None for anything else."""
    digits = text.strip()
    return digits.lower() if _HEX16.fullmatch(digits) else None


def as_64_bit_trace_id(text: str) -> str | None:
    """A 16-digit trace ID as older tracers write it, left-padded to 32 digits (B3 propagation); None otherwise."""
    digits = as_span_id(text)
    return digits.rjust(32, "0") if digits else None
