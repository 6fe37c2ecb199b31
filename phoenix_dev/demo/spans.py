"""How a span of the demo ends: left unset when all went well, as an error with its exception when not."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer
    from opentelemetry.util.types import AttributeValue


class ServiceError(Exception):
    """A request cannot be answered.

    `status_code` is what the client is told, `error_type` the span attribute `error.type` (empty for the exception's
    name), `recorded` whether the exception event is already on a span.
    """

    status_code = 500
    error_type = ""
    recorded = False


@contextmanager
def span(
    tracer: Tracer,
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, AttributeValue] | None = None,
    links: Sequence[SpanContext] = (),
    context: Context | None = None,
) -> Iterator[Span]:
    """A span around the block. An exception that leaves the block makes it an error and passes on."""
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=dict(attributes or {}),
        links=[Link(target) for target in links],
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Exception as error:
            fail(current, error)
            raise


def fail(current: Span, error: Exception) -> None:
    """Mark a span as failed.

    The exception event is recorded once a process, on the innermost span, where the stack trace says most.
    """
    current.set_status(Status(StatusCode.ERROR, str(error)))
    current.set_attribute("error.type", getattr(error, "error_type", "") or type(error).__name__)
    if not getattr(error, "recorded", False):
        current.record_exception(error)
        if isinstance(error, ServiceError):
            error.recorded = True


def traceresponse(current: Span) -> str:
    """The header value by which a response names the span that answered (Trace Context Level 2, `traceresponse`)."""
    context = current.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def answered_by(header: str) -> SpanContext | None:
    """The span a `traceresponse` names; None for a header that is absent or malformed."""
    parts = header.split("-")
    if [len(part) for part in parts] != [2, 32, 16, 2]:
        return None
    try:
        trace_id, span_id, flags = (int(part, 16) for part in parts[1:])
    except ValueError:
        return None
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
