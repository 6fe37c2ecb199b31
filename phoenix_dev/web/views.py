"""What the templates print: a trace with its cause and its path, a span with all it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import ago, clock, day, duration
from phoenix_dev.model.timeline.failures import failures_of, origins
from phoenix_dev.model.trace_ids import correlation_ids, request_ids
from phoenix_dev.web.hues import hue_of
from phoenix_dev.web.log_lines import log_lines
from phoenix_dev.web.span_keys import span_keys
from phoenix_dev.web.values import VALUE, WHOLE, values_of
from phoenix_dev.web.waterfall import Waterfall, ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.model.span import Trace
    from phoenix_dev.model.timeline import Timeline
    from phoenix_dev.model.timeline.failures import Failure
    from phoenix_dev.web.log_lines import LogLine
    from phoenix_dev.web.values import Value

_MOST_CAUSES = 3
_MOST_IDS = 5
_LEAST_SHARE = 0.01
#: Logs, events and links beyond so many are counted, and the command that has them is told.
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """Where trouble began: `key` is the span's."""

    key: str
    service: str
    hue: int
    name: str
    words: str
    place: str


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the critical path was a service's; `left` and `width` in percent."""

    service: str
    hue: int
    spent: str
    percent: int
    left: str
    width: str
    longest: bool


@dataclass(frozen=True, slots=True)
class TraceView:
    """One trace of a request on its page."""

    trace: Trace
    name: str
    errors: int
    error_logs: int
    duration: str
    day: str
    clock: str
    ago: str
    correlation: tuple[str, ...]
    request: tuple[str, ...]
    causes: tuple[Cause, ...]
    more_causes: int
    shares: tuple[Share, ...]
    ticks: list[tuple[str, str]]
    waterfall: Waterfall
    loose: tuple[LogLine, ...]
    more_loose: int
    relation: str
    expand: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of a span, so long after the span began."""

    name: str
    after: str
    attributes: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class SpanView:
    """Everything that one span says. `whole`: also what is long."""

    trace_id: str
    key: str
    span_id: str
    parent_key: str
    parent_id: str
    service: str
    hue: int
    name: str
    kind: str
    status: str
    status_message: str
    scope: str
    duration: str
    own: str
    offset: str
    clock: str
    skew: str
    failures: tuple[Failure, ...]
    attributes: tuple[Value, ...]
    resource: tuple[Value, ...]
    events: tuple[EventView, ...]
    more_events: int
    links: tuple[tuple[str, str, tuple[Value, ...]], ...]
    more_links: int
    logs: tuple[LogLine, ...]
    more_logs: int
    correlation: tuple[str, ...]
    whole: bool

    @property
    def has_more(self) -> bool:
        """Whether something of it was cut."""
        of_events = (value for event in self.events for value in event.attributes)
        return any(value.is_cut for value in (*self.attributes, *self.resource, *of_events))


def trace_view(timeline: Timeline, *, expand: bool, now_ns: int, relation: str = "") -> TraceView:
    """A trace for its page."""
    trace = timeline.trace
    began = origins(timeline)
    keys = span_keys(timeline)
    root = timeline.bars[timeline.root].span if timeline.bars else None
    return TraceView(
        trace=trace,
        name=(root.name or "(no name)") if root else "no span of it is here",
        errors=sum(span.status == "error" for span in trace.spans),
        error_logs=sum(record.is_error for record in trace.logs),
        duration=duration(timeline.duration_ns),
        day=day(timeline.start_ns),
        clock=clock(timeline.start_ns),
        ago=ago(now_ns - timeline.start_ns) if now_ns >= timeline.start_ns else "",
        correlation=correlation_ids(trace)[:_MOST_IDS],
        request=request_ids(trace)[:_MOST_IDS],
        causes=tuple(_cause(timeline, index, keys[index]) for index in began[:_MOST_CAUSES]),
        more_causes=max(0, len(began) - _MOST_CAUSES),
        shares=tuple(_shares(timeline)),
        ticks=ticks(timeline.duration_ns),
        waterfall=Waterfall(timeline, expand=expand),
        loose=log_lines(timeline.logs[:MOST_LISTED]),
        more_loose=_more(timeline.logs),
        relation=relation,
        expand=expand,
    )


def _cause(timeline: Timeline, index: int, key: str) -> Cause:
    span = timeline.bars[index].span
    failure = failures_of(span)[0]
    return Cause(key, span.service, hue_of(span.service), span.name, failure.brief, failure.place)


def _shares(timeline: Timeline) -> Iterable[Share]:
    own: dict[str, int] = {}
    for bar, start, end in timeline.path:
        service = timeline.bars[bar].span.service
        own[service] = own.get(service, 0) + end - start
    total = sum(own.values())
    left = 0.0
    for service, spent in own.items():
        if total and len(own) > 1 and spent >= total * _LEAST_SHARE:
            width = 100 * spent / total
            longest = spent == max(own.values())
            hue = hue_of(service)
            yield Share(service, hue, duration(spent), round(width), f"{left:.2f}", f"{width:.2f}", longest)
            left += width


def span_view(timeline: Timeline, index: int, *, whole: bool) -> SpanView:
    """One span, of a trace that is laid out."""
    bar = timeline.bars[index]
    span, keys = bar.span, span_keys(timeline)
    most = WHOLE if whole else VALUE
    sign = "+" if bar.skew_ns > 0 else "−"
    return SpanView(
        trace_id=timeline.trace.trace_id,
        key=keys[index],
        span_id=span.span_id,
        parent_key=keys[bar.parent] if bar.parent >= 0 else "",
        parent_id=span.parent_span_id,
        service=span.service,
        hue=hue_of(span.service),
        name=span.name or "(no name)",
        kind=span.kind,
        status=span.status,
        status_message=span.status_message,
        scope=span.scope,
        duration=duration(span.duration_ns),
        own=duration(bar.own_ns) if bar.own_ns else "",
        offset=duration(max(0, bar.offset_ns)),
        clock=clock(span.start_ns),
        skew=f"{sign}{duration(abs(bar.skew_ns))}" if bar.skew_ns else "",
        failures=failures_of(span),
        attributes=values_of(span.attributes, most),
        resource=values_of(span.resource, most),
        events=tuple(
            EventView(event.name, duration(max(0, event.time_ns - span.start_ns)), values_of(event.attributes, most))
            for event in span.events[:MOST_LISTED]
        ),
        more_events=_more(span.events),
        links=tuple(
            (link.trace_id, link.span_id, values_of(link.attributes, most)) for link in span.links[:MOST_LISTED]
        ),
        more_links=_more(span.links),
        logs=log_lines(bar.logs[:MOST_LISTED]),
        more_logs=_more(bar.logs),
        correlation=correlation_ids(timeline.trace)[:_MOST_IDS],
        whole=whole,
    )


def _more(listed: Sequence[object]) -> int:
    return max(0, len(listed) - MOST_LISTED)
