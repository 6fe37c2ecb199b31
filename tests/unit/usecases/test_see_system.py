"""The services with their figures, and who calls whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.usecases import see_system as module
from phoenix_dev.usecases.see_system import BUCKETS, see_system
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from phoenix_dev.model.system import System
    from phoenix_dev.stores import Stores

    Send = Callable[..., None]

NOW = otlp.NOON + 60 * otlp.SECOND


def seen(stores: Stores) -> System:
    return see_system(stores, otlp.NOON, NOW)


def call(
    send: Send,
    caller: str,
    callee: str,
    *,
    ms: float = 10,
    at: int = otlp.NOON,
    gave_up: bool = False,
    failed: bool = False,
) -> None:
    """One request from one service to another."""
    trace, outer, client = otlp.new_trace_id(), otlp.new_span_id(), otlp.new_span_id()
    send(
        otlp.traces(
            caller,
            otlp.span(trace, "handle", span_id=outer, start=at, ms=ms, kind=2),
            otlp.span(
                trace,
                "call",
                span_id=client,
                parent=outer,
                start=at,
                ms=ms,
                kind=3,
                error="gave up" if gave_up else None,
            ),
        ),
        otlp.traces(
            callee,
            otlp.span(trace, "answer", parent=client, start=at, ms=ms, kind=2, error="broken" if failed else None),
        ),
    )


def test_percentiles_are_those_of_the_requests_that_came_in(send: Send, stores: Stores) -> None:
    for ms in range(1, 101):
        call(send, "web", "llm", ms=ms)
    (llm, web) = seen(stores).services
    assert (llm.service, llm.requests) == ("llm", 100)
    assert llm.latency is not None
    found = (llm.latency.p50_ns, llm.latency.p95_ns, llm.latency.p99_ns)
    assert found == (50 * otlp.MS, 95 * otlp.MS, 99 * otlp.MS)
    assert web.requests == 100  # the calls that it makes are not requests to it


def test_failures_are_counted_where_they_are_and_where_they_are_felt(send: Send, stores: Stores) -> None:
    call(send, "web", "llm", failed=True)
    call(send, "web", "llm", gave_up=True)
    call(send, "web", "llm")
    system = seen(stores)
    assert {one.service: one.errors for one in system.services} == {"web": 0, "llm": 1}
    (edge,) = system.calls
    assert (edge.caller, edge.callee, edge.count, edge.errors) == ("web", "llm", 3, 2)


def test_requests_stand_in_the_part_of_the_time_in_which_they_began(send: Send, stores: Stores) -> None:
    call(send, "web", "llm", at=otlp.NOON)
    call(send, "web", "llm", at=NOW - 1, failed=True)
    (llm, _) = seen(stores).services
    assert (llm.buckets[0], llm.buckets[-1], sum(llm.buckets)) == (1, 1, 2)
    assert (llm.failures[-1], sum(llm.failures), len(llm.failures)) == (1, 1, BUCKETS)


def test_a_service_without_server_spans_is_judged_by_what_begins_in_it(send: Send, stores: Stores) -> None:
    trace, job = otlp.new_trace_id(), otlp.new_span_id()
    send(otlp.traces("cron", otlp.span(trace, "job", span_id=job, ms=5), otlp.span(trace, "step", parent=job, ms=1)))
    (cron,) = seen(stores).services
    assert (cron.requests, cron.latency and cron.latency.p50_ns) == (1, 5 * otlp.MS)


def test_one_that_only_logs_is_there_too(send: Send, stores: Stores) -> None:
    send(otlp.logs("quiet", otlp.log("here")))
    (quiet,) = see_system(stores, 0, NOW).services
    assert (quiet.service, quiet.requests, quiet.latency, quiet.logs) == ("quiet", 0, None, 1)


def test_what_is_read_is_bounded_and_said(send: Send, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    for second in range(6):
        call(send, "web", "llm", at=otlp.NOON + second * otlp.SECOND)
    monkeypatch.setattr(module, "MOST_TRACES", 4)
    monkeypatch.setattr(module, "_BATCH", 2)
    system = seen(stores)
    assert (system.traces, system.truncated) == (4, True)
    assert system.since_ns == otlp.NOON + 2 * otlp.SECOND  # a rate is that of the time that was read
    monkeypatch.setattr(module, "MOST_SPANS", 3)
    assert seen(stores).traces == 2
