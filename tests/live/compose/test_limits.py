"""What is too large is cut, what is too old has a place, and neither stops what comes with it or after it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.live.compose.by_hand import attributes, only_span
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

    from tests.live.compose.by_hand import ByHand

LARGE = "x" * 70_000
DAY = 86_400 * 10**9


def _on(change: Callable[[ResourceSpans, Span], object]) -> Callable[[str], ExportTraceServiceRequest]:
    def build(trace_id: str) -> ExportTraceServiceRequest:
        export = otlp.traces("large", otlp.span(trace_id, start=time.time_ns()))
        group = export.resource_spans[0]
        change(group, group.scope_spans[0].spans[0])
        return export

    return build


def _attribute(value: Any, key: str = "large") -> Callable[[str], ExportTraceServiceRequest]:
    return _on(lambda _, span: span.attributes.extend(otlp.pairs({key: value})))


#: Each has 70 kB in another place; Jaeger's store takes 65,000 bytes of name and value at most.
LARGE_SPANS: dict[str, Callable[[str], ExportTraceServiceRequest]] = {
    "a text": _attribute(LARGE),
    "a text of two-byte characters": _attribute("é" * 35_000),
    "a list": _attribute(["x" * 100] * 700),
    "a map": _attribute({f"key {number}": "x" * 100 for number in range(700)}),
    "bytes": _attribute(b"x" * 70_000),
    "bytes in a list": _attribute([b"x" * 70_000, 1]),
    "a key": _attribute("value", key=LARGE),
    "a key in a map": _attribute({LARGE: "value"}),
    "the name": _on(lambda _, span: setattr(span, "name", LARGE)),
    "the status": _on(lambda _, span: setattr(span.status, "message", LARGE)),
    "the trace state": _on(lambda _, span: setattr(span, "trace_state", f"a={LARGE}")),
    "the name of an event": _on(lambda _, span: span.events.add(name=LARGE)),
    "a stack trace": _on(
        lambda _, span: span.events.add(name="exception", attributes=otlp.pairs({"exception.stacktrace": LARGE}))
    ),
    "a link": _on(lambda _, span: span.links.add(trace_id=span.trace_id, attributes=otlp.pairs({"large": LARGE}))),
    "the name of the scope": _on(lambda group, _: setattr(group.scope_spans[0].scope, "name", LARGE)),
    "the version of the scope": _on(lambda group, _: setattr(group.scope_spans[0].scope, "version", LARGE)),
    "a resource attribute": _on(lambda group, _: group.resource.attributes.extend(otlp.pairs({"large": LARGE}))),
    "the service": _on(lambda group, _: setattr(group.resource.attributes[0].value, "string_value", LARGE)),
    "a hundred long attributes": _on(
        lambda _, span: span.attributes.extend(otlp.pairs({f"key {number}": "x" * 8_000 for number in range(100)}))
    ),
}


@pytest.mark.parametrize("place", LARGE_SPANS)
def test_seventy_kilobytes_stop_nothing(stack: ByHand, place: str) -> None:
    large, next_one = otlp.new_trace_id(), otlp.new_trace_id()
    stack.send("traces", LARGE_SPANS[place](large))
    stack.send("traces", otlp.traces("large", otlp.span(next_one, start=time.time_ns())))
    wait_until(lambda: stack.trace(large), what="the large span")
    wait_until(lambda: stack.trace(next_one), what="the span after it")


def test_a_text_is_cut_at_eight_kilobytes_between_characters(stack: ByHand) -> None:
    trace_id = otlp.new_trace_id()
    sent = {"ascii": LARGE, "odd": "x" + "é" * 35_000, "short": "stays", "count": 7}
    stack.send("traces", otlp.traces("large", otlp.span(trace_id, start=time.time_ns(), attributes=sent)))
    found = attributes(only_span(wait_until(lambda: stack.trace(trace_id))))
    assert found == {"ascii": "x" * 8192, "odd": "x" + "é" * 4095, "short": "stays", "count": "7"}


def test_a_line_of_a_megabyte_is_cut_and_its_neighbours_are_whole(stack: ByHand) -> None:
    trace_id, now = otlp.new_trace_id(), time.time_ns()
    bodies = ["before", "x" * 1_000_000, "after"]
    records = (otlp.log(body, trace_id=trace_id, time=now + number) for number, body in enumerate(bodies))
    stack.send("logs", otlp.logs("large", *records))
    wait_until(lambda: len(lines(stack, trace_id)) == len(bodies), what="all lines")
    assert lines(stack, trace_id) == ["before", "x" * 262_144, "after"]


@pytest.mark.parametrize("days", [0.1, 1, 2, 6.9])
def test_what_was_logged_days_ago_is_kept(stack: ByHand, days: float) -> None:
    trace_id, now = otlp.new_trace_id(), time.time_ns()
    new = otlp.log("new", trace_id=trace_id, time=now)
    old = otlp.log("old", trace_id=trace_id, time=now - int(days * DAY))
    stack.send("logs", otlp.logs("late", new, old))
    wait_until(lambda: lines(stack, trace_id, hours=168) == ["old", "new"], what="the old line beside the new one")


def test_what_is_refused_takes_nothing_with_it(stack: ByHand) -> None:
    trace_id, now = otlp.new_trace_id(), time.time_ns()
    times = {"good": now, "of a month ago": now - 30 * DAY, "of tomorrow": now + DAY, "good too": now + 1}
    records = (otlp.log(body, trace_id=trace_id, time=at) for body, at in times.items())
    stack.send("logs", otlp.logs("late", *records))
    wait_until(lambda: lines(stack, trace_id, hours=168) == ["good", "good too"])
    reasons = 'sum by (reason) (loki_discarded_samples_total{reason=~"greater_than_max_sample_age|too_far_in_future"})'
    wait_until(
        lambda: len(stack.prometheus("query", query=reasons)["result"]) == 2, 60, what="the reasons in Prometheus"
    )


def lines(stack: ByHand, trace_id: str, *, hours: float = 1) -> list[str]:
    """The lines of a trace, oldest first."""
    found = stack.logs(f'{{service_name=~".+"}} | trace_id="{trace_id}"', hours=hours)
    return [line for _, line in sorted((value[0], value[1]) for stream in found for value in stream["values"])]
