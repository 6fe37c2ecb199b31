"""Attributes in words: as text, as `key=value`, and which of them tell something that a line does not show already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.identifier import CORRELATION_KEYS, REQUEST_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.attributes import Attributes, AttributeValue

_KNOWN = frozenset(
    {
        *CORRELATION_KEYS,
        *REQUEST_KEYS,
        *("trace_id", "span_id", "traceId", "spanId", "trace.id", "span.id", "trace_flags", "traceparent"),
        *("otelTraceID", "otelSpanID", "otelServiceName", "otelTraceSampled", "dd.trace_id", "dd.span_id"),
        *("service", "service.name", "level", "severity", "timestamp", "message", "busy_ns", "idle_ns", "target"),
    }
)
_KNOWN_PREFIXES = ("code.", "thread.", "log.", "exception.", "process.", "telemetry.", "otel.")


def telling(attributes: Attributes) -> Iterator[tuple[str, AttributeValue]]:
    """Each attribute that says more than IDs, places in code and what a line shows anyway; in the order sent."""
    for key, value in attributes.items():
        if key not in _KNOWN and not key.startswith(_KNOWN_PREFIXES):
            yield key, value


def text_at(attributes: Attributes, key: str) -> str:
    """The value of a key as text, empty where it is absent."""
    return text_of(attributes.get(key))


def quoted(text: str) -> str:
    """A text of which the end can be seen: in quotes where it is empty or holds what would hide it."""
    if not text or " " in text or "=" in text or '"' in text:
        return '"' + text.replace('"', "'") + '"'
    return text
