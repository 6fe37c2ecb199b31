"""What every TraceStore promises of traces and their IDs (phoenix_dev/stores/traces.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.stores.traces import TraceQuery
from tests import otlp
from tests.contract.hostile import HOSTILE_IDS
from tests.contract.keeping import came_back

if TYPE_CHECKING:
    from tests.contract.keeping import Kept

pytestmark = pytest.mark.filterwarnings("error")


def test_a_span_comes_back_as_it_was_sent(kept: Kept) -> None:
    trace_id, parent = otlp.new_trace_id(), otlp.new_span_id()
    linked = otlp.new_trace_id()
    attributes = {"n": 7, "list": ["a", True, 1.5], "http.path": "/a b", "yes": True, "f": 1.5}
    sent = otlp.span(
        trace_id,
        "POST /api",
        parent=parent,
        kind=3,
        ms=1.500_001,
        error="upstream gone",
        start=kept.now + 123_456_789,
        attributes=attributes,
    )
    event = sent.events.add(time_unix_nano=kept.now + 5, name="exception")
    event.attributes.extend(otlp.pairs({"exception.type": "Timeout"}))
    sent.links.add(trace_id=bytes.fromhex(linked), span_id=bytes.fromhex(parent))
    kept.send(otlp.traces(kept.own("gateway"), sent, scope="http"))

    (span,) = kept.stores.traces.spans([trace_id])[trace_id]
    as_sent = kept.stores.traces.capabilities.attributes_as_sent
    assert (span.trace_id, span.span_id, span.parent_span_id) == (trace_id, sent.span_id.hex(), parent)
    assert (span.service, span.name, span.kind, span.scope) == (kept.own("gateway"), "POST /api", "client", "http")
    assert (span.start_ns, span.duration_ns) == (kept.now + 123_456_789, 1_500_001)
    assert (span.status, span.status_message) == ("error", "upstream gone")
    assert came_back(attributes, span.attributes, as_sent=as_sent)
    assert came_back({"service.name": kept.own("gateway")}, span.resource, as_sent=as_sent)
    assert [(e.time_ns, e.name, e.attributes) for e in span.events] == [
        (kept.now + 5, "exception", {"exception.type": "Timeout"})
    ]
    assert [(link.trace_id, link.span_id, link.attributes) for link in span.links] == [(linked, parent, {})]


def test_nothing_is_added_to_a_span_or_its_times(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    root = otlp.span(trace_id, "root", start=kept.now, kind=3, ms=50)
    early = otlp.span(trace_id, "early", parent=root.span_id.hex(), start=kept.now - otlp.SECOND, kind=2)
    orphan = otlp.span(trace_id, "orphan", parent=otlp.new_span_id(), start=kept.now + 1)
    kept.send(otlp.traces(kept.own("a"), root, orphan), otlp.traces(kept.own("b"), early))
    spans = kept.stores.traces.spans([trace_id])[trace_id]
    assert [(span.name, span.start_ns - kept.now, span.attributes) for span in spans] == [
        ("early", -otlp.SECOND, {}),
        ("root", 0, {}),
        ("orphan", 1, {}),
    ]


def test_spans_of_several_services_and_exports_make_one_trace_in_time_order(kept: Kept) -> None:
    trace_id, foreign = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(
        otlp.traces(
            kept.own("b"),
            otlp.span(trace_id, "second", start=kept.now + 2),
            otlp.span(foreign, "foreign", start=kept.now),
        ),
        otlp.traces(kept.own("a"), otlp.span(trace_id, "first", start=kept.now + 1)),
        otlp.traces(kept.own("c"), otlp.span(trace_id, "third", start=kept.now + 3)),
    )
    assert [span.name for span in kept.stores.traces.spans([trace_id])[trace_id]] == ["first", "second", "third"]
    assert set(kept.stores.traces.spans([foreign, trace_id, otlp.new_trace_id()])) == {foreign, trace_id}


def test_a_span_sent_twice_is_there_once(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    export = otlp.traces(kept.own("a"), otlp.span(trace_id, start=kept.now), otlp.span(trace_id, start=kept.now))
    kept.send(export)
    kept.send(export)
    assert len(kept.stores.traces.spans([trace_id])[trace_id]) == 2


def test_a_call_and_its_answer_that_share_a_span_id_are_both_there(kept: Kept) -> None:
    """As tracers in the manner of Zipkin send them: one ID, two services, two kinds."""
    trace_id, shared = otlp.new_trace_id(), otlp.new_span_id()
    kept.send(
        otlp.traces(kept.own("a"), otlp.span(trace_id, "call", span_id=shared, kind=3, start=kept.now)),
        otlp.traces(kept.own("b"), otlp.span(trace_id, "call", span_id=shared, kind=2, start=kept.now + otlp.MS)),
    )
    assert [span.kind for span in kept.stores.traces.spans([trace_id])[trace_id]] == ["client", "server"]


def test_a_trace_of_which_nothing_is_kept_is_absent(kept: Kept) -> None:
    assert kept.stores.traces.spans([otlp.new_trace_id()]) == {}
    assert kept.stores.traces.spans([]) == {}


def test_a_span_without_a_valid_id_takes_no_others_with_it(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    good, bad = otlp.span(trace_id, start=kept.now), otlp.span(trace_id, "no id", start=kept.now)
    bad.span_id = bytes(8)
    kept.send(otlp.traces(kept.own("a"), good, bad))
    assert good.span_id.hex() in [span.span_id for span in kept.stores.traces.spans([trace_id])[trace_id]]


@pytest.mark.parametrize("key", ["correlation_id", "correlation.id", "correlationId", "x-correlation-id"])
def test_traces_are_found_by_a_correlation_id_in_each_usual_spelling(kept: Kept, key: str) -> None:
    first, second, mine = otlp.new_trace_id(), otlp.new_trace_id(), kept.own("corr")
    kept.send(otlp.traces(kept.own("a"), otlp.span(second, start=kept.now + 9, attributes={key: mine})))
    kept.send(
        otlp.traces(
            kept.own("b"),
            otlp.span(first, start=kept.now, attributes={key: mine}),
            otlp.span(otlp.new_trace_id(), start=kept.now, attributes={key: kept.own("other")}),
        )
    )
    assert kept.stores.traces.trace_ids("correlation", mine) == (first, second)
    assert kept.stores.traces.trace_ids("correlation", mine.upper()) == ()
    assert kept.stores.traces.trace_ids("request", mine) == ()


def test_traces_are_found_by_request_id_and_captured_header(kept: Kept) -> None:
    trace_id, mine = otlp.new_trace_id(), kept.own("req")
    header = {"http.request.header.x-request-id": [mine]}
    kept.send(otlp.traces(kept.own("a"), otlp.span(trace_id, start=kept.now, attributes=header)))
    assert kept.stores.traces.trace_ids("request", mine) == (trace_id,)


def test_an_id_finds_its_own_traces_and_no_others_whatever_is_in_it(kept: Kept) -> None:
    ids = {value + kept.mark: otlp.new_trace_id() for value in HOSTILE_IDS}
    bearing = (otlp.span(one, start=kept.now, attributes={"correlation_id": mine}) for mine, one in ids.items())
    kept.send(otlp.traces(kept.own("a"), *bearing))
    for mine, trace_id in ids.items():
        assert kept.stores.traces.trace_ids("correlation", mine) == (trace_id,)
        assert kept.stores.traces.trace_ids("request", mine) == ()


def test_an_id_that_nothing_can_bear_is_borne_by_nothing(kept: Kept) -> None:
    for value in ("", "x" * 100_000, "é" * 50_000):
        assert kept.stores.traces.trace_ids("correlation", value) == ()
    assert kept.stores.traces.trace_ids("trace", "../services") == ()


def test_a_trace_is_found_by_each_of_its_span_ids(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    spans = [otlp.span(trace_id, start=kept.now) for _ in range(3)]
    others = [otlp.span(otlp.new_trace_id(), start=kept.now) for _ in range(80)]
    kept.send(otlp.traces(kept.own("a"), *others[:40], *spans))
    kept.send(otlp.traces(kept.own("a"), *others[40:]))
    if not kept.stores.traces.capabilities.span_id_lookup:
        with pytest.raises(NotReady):
            kept.stores.traces.trace_ids("span", spans[0].span_id.hex())
        return
    for span in spans:
        assert kept.stores.traces.trace_ids("span", span.span_id.hex()) == (trace_id,)
    assert kept.stores.traces.trace_ids("span", otlp.new_span_id()) == ()


def test_a_trace_id_is_known_only_when_a_span_of_it_is(kept: Kept) -> None:
    spans, only_logs = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(
        otlp.traces(kept.own("a"), otlp.span(spans, start=kept.now)),
        otlp.logs(kept.own("a"), otlp.log("x", trace_id=only_logs, time=kept.now)),
    )
    assert kept.stores.traces.trace_ids("trace", spans) == (spans,)
    assert kept.stores.traces.trace_ids("trace", only_logs) == ()


def test_a_trace_of_which_only_logs_arrived_is_not_listed(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(otlp.logs(kept.own("a"), otlp.log("x", trace_id=trace_id, time=kept.now)))
    assert kept.stores.traces.search(TraceQuery(service=kept.own("a"))).traces == ()
    assert kept.stores.traces.search(TraceQuery(trace_ids=frozenset({trace_id}))).traces == ()
    assert kept.stores.traces.latest() != trace_id


def test_an_error_that_arrives_later_makes_the_trace_one_with_an_error(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(otlp.traces(kept.own("a"), otlp.span(trace_id, start=kept.now)))
    kept.send(otlp.traces(kept.own("b"), otlp.span(trace_id, start=kept.now, error="late")))
    assert kept.stores.traces.latest(error=True) == trace_id


def test_extreme_times_are_kept(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    sent = otlp.span(trace_id)
    sent.start_time_unix_nano, sent.end_time_unix_nano = 2**64 - 1, 0
    kept.send(otlp.traces(kept.own("a"), sent))
    (span,) = kept.stores.traces.spans([trace_id])[trace_id]
    assert (span.start_ns, span.end_ns, span.duration_ns) == (2**64 - 1, 0, 0)
    found = kept.stores.traces.search(TraceQuery(service=kept.own("a"))).traces
    assert [one.trace_id for one in found] == ([trace_id] if kept.stores.traces.capabilities.any_time else [])


def test_everything_is_there_after_a_restart(kept: Kept) -> None:
    trace_id, c = otlp.new_trace_id(), kept.own("c")
    kept.send(otlp.traces(kept.own("a"), otlp.span(trace_id, start=kept.now, attributes={"correlation_id": c})))
    kept.restart()
    kept.send(otlp.traces(kept.own("b"), otlp.span(trace_id, start=kept.now)))
    assert len(kept.stores.traces.spans([trace_id])[trace_id]) == 2
    assert kept.stores.traces.trace_ids("correlation", c) == (trace_id,)
