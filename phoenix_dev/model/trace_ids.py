"""The correlation and request IDs that a trace bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.identifier import own_id

if TYPE_CHECKING:
    from phoenix_dev.model.span import Trace


def correlation_ids(trace: Trace) -> tuple[str, ...]:
    """Each correlation ID of a trace's spans and logs once, in order of appearance, spans first."""
    of_spans = [own_id(span.attributes, "correlation") for span in trace.spans]
    of_logs = [record.correlation_id for record in trace.logs]
    return tuple(filter(None, dict.fromkeys(of_spans + of_logs)))


def request_ids(trace: Trace) -> tuple[str, ...]:
    """Each request ID of a trace's spans and logs once, in order of appearance, spans first."""
    of_spans = [own_id(span.attributes, "request") for span in trace.spans]
    return tuple(filter(None, dict.fromkeys(of_spans + [record.request_id for record in trace.logs])))
