"""A trace with an error is in the store of 30 days too, whole; the others are not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand


def send(stack: ByHand, trace_id: str, name: str, **span: Any) -> str:
    identity = otlp.new_span_id()
    stack.send(
        "traces", otlp.traces("failing", otlp.span(trace_id, name, span_id=identity, start=time.time_ns(), **span))
    )
    return identity


def names(resource_spans: list[dict[str, Any]]) -> list[str]:
    return sorted(s["name"] for group in resource_spans for scope in group["scopeSpans"] for s in scope["spans"])


def test_an_error_anywhere_in_a_trace_keeps_all_of_it(stack: ByHand) -> None:
    fine, failed = otlp.new_trace_id(), otlp.new_trace_id()
    for trace_id, message in ((fine, None), (failed, "no such thing")):
        root = otlp.new_span_id()
        send(stack, trace_id, "query", parent=root, error=message)
        send(stack, trace_id, "render", parent=root)
        stack.send("traces", otlp.traces("failing", otlp.span(trace_id, "root", span_id=root, start=time.time_ns())))
    wait_until(lambda: names(stack.error_trace(failed)) == ["query", "render", "root"])
    wait_until(lambda: names(stack.trace(fine)) == ["query", "render", "root"])
    assert stack.error_trace(fine) == []


def test_the_span_with_the_error_waits_for_nothing(stack: ByHand) -> None:
    trace_id = otlp.new_trace_id()
    send(stack, trace_id, "no root yet", parent=otlp.new_span_id(), error="no")
    # Without a root, its trace is decided upon after two minutes.
    wait_until(lambda: names(stack.error_trace(trace_id)) == ["no root yet"])


@pytest.mark.long
def test_an_error_thirty_seconds_later_keeps_the_trace_whole_or_comes_alone_after_its_end(stack: ByHand) -> None:
    """Two traces at once, since both have to wait: one whose root is still to come, one that was over long before."""
    going_on, over, root = otlp.new_trace_id(), otlp.new_trace_id(), otlp.new_span_id()
    send(stack, going_on, "first", parent=root)
    ended = send(stack, over, "root")
    time.sleep(30)  # how late the error comes is what is tested
    send(stack, over, "afterwards", parent=ended, error="the queue was full")
    send(stack, going_on, "late", parent=root, error="the model timed out")
    stack.send("traces", otlp.traces("failing", otlp.span(going_on, "root", span_id=root, start=time.time_ns())))
    wait_until(lambda: names(stack.error_trace(going_on)) == ["first", "late", "root"])
    wait_until(lambda: names(stack.error_trace(over)) == ["afterwards"])
    wait_until(lambda: names(stack.trace(over)) == ["afterwards", "root"])
