"""Whether a whole trace passes a query, and its line in a list: the same for every store that has its spans at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.span import Trace, TraceSummary

if TYPE_CHECKING:
    from phoenix_dev.model.span import Span
    from phoenix_dev.stores.traces import TraceQuery


def matches(trace: Trace, query: TraceQuery) -> bool:
    """Whether a trace is among those that the query asks for; `limit` aside."""
    return (
        (query.trace_ids is None or trace.trace_id in query.trace_ids)
        and trace.start_ns >= query.since_ns
        and (not query.error or trace.error)
        and (query.min_duration_ns is None or trace.duration_ns >= query.min_duration_ns)
        and (query.max_duration_ns is None or trace.duration_ns <= query.max_duration_ns)
        and any(_fulfils(span, query) for span in trace.spans)
    )


def _fulfils(span: Span, query: TraceQuery) -> bool:
    return (
        (not query.service or span.service == query.service)
        and (not query.operation or span.name == query.operation)
        and all(_bears(span, key, value) for key, value in query.attributes)
    )


def _bears(span: Span, key: str, value: str) -> bool:
    return any(key in found and text_of(found[key]) == value for found in (span.attributes, span.resource))


def summary_of(trace: Trace) -> TraceSummary:
    """The line of a trace in a list."""
    root = trace.root
    return TraceSummary(
        trace_id=trace.trace_id,
        start_ns=trace.start_ns,
        duration_ns=trace.duration_ns,
        root_service=root.service if root else "",
        root_name=root.name if root else "",
        span_count=len(trace.spans),
        service_count=len(trace.services),
        error=trace.error,
    )
