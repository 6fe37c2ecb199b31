"""Jaeger's spans → ours: what it adds of its own is taken off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.model.otlp import spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    from phoenix_dev.model.attributes import Attributes
    from phoenix_dev.model.span import Span, SpanLink

#: Jaeger notes on a span what it thinks of it.
_OWN = "@jaeger@"
#: Jaeger keeps links as references and says of each which kind.
_OF_A_LINK = "opentracing.ref_type"


def traces_in(data: TracesData) -> dict[str, tuple[Span, ...]]:
    """Spans by trace, each once, by start time."""
    found: dict[str, list[Span]] = {}
    for span in spans_of(data):
        found.setdefault(span.trace_id, []).append(span)
    return {trace_id: once(map(_as_sent, spans)) for trace_id, spans in found.items() if trace_id}


def once(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of a trace, each once, by start time."""
    # A span that was sent twice may be kept twice, in two stores of one Jaeger for instance.
    found: dict[tuple[object, ...], Span] = {}
    for span in spans:
        found.setdefault(span.identity, span)
    return tuple(sorted(found.values(), key=lambda span: span.start_ns))


def _as_sent(span: Span) -> Span:
    attributes, links = _without(span.attributes, _OWN), tuple(map(_link, span.links))
    return replace(span, attributes=attributes, links=links)


def _link(link: SpanLink) -> SpanLink:
    return replace(link, attributes=_without(link.attributes, _OF_A_LINK))


def _without(attributes: Attributes, prefix: str) -> Attributes:
    if not any(key.startswith(prefix) for key in attributes):
        return attributes
    return {key: value for key, value in attributes.items() if not key.startswith(prefix)}
