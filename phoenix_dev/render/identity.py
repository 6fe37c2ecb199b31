"""The correlation and request IDs that a trace bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.identifier import CORRELATION_KEYS, REQUEST_KEYS
from phoenix_dev.render.attributes import plain

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes
    from phoenix_dev.model.span import Trace


def correlation_ids(trace: Trace) -> tuple[str, ...]:
    """Each correlation ID of a trace's spans and logs once, in order of appearance, spans first."""
    of_spans = [_first(span.attributes, CORRELATION_KEYS) for span in trace.spans]
    of_logs = [record.correlation_id for record in trace.logs]
    return tuple(filter(None, dict.fromkeys(of_spans + of_logs)))


def request_ids(trace: Trace) -> tuple[str, ...]:
    """Each request ID of a trace's spans and logs once, in order of appearance, spans first."""
    of_spans = [_first(span.attributes, REQUEST_KEYS) for span in trace.spans]
    return tuple(filter(None, dict.fromkeys(of_spans + [record.request_id for record in trace.logs])))


def _first(attributes: Attributes, keys: tuple[str, ...]) -> str:
    for key in keys:
        value = attributes.get(key)
        if isinstance(value, list):
            # a header's values, as the semantic conventions write them
            value = value[0] if value else None
        if value is not None and value != "":
            return plain(value)
    return ""
