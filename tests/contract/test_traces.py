"""What every TraceStore promises (phoenix_dev/stores/traces.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.stores.traces import TraceQuery
from tests import otlp

if TYPE_CHECKING:
    from tests.contract.conftest import Kept

pytestmark = pytest.mark.filterwarnings("error")


def test_a_span_comes_back_as_it_was_sent(kept: Kept) -> None:
    trace_id, parent = otlp.new_trace_id(), otlp.new_span_id()
    linked = otlp.new_trace_id()
    sent = otlp.span(
        trace_id,
        "POST /api",
        parent=parent,
        kind=3,
        ms=1.5,
        error="upstream gone",
        attributes={"n": 7, "list": ["a", True, 1.5]},
    )
    event = sent.events.add(time_unix_nano=otlp.NOON + 5, name="exception")
    event.attributes.extend(otlp.pairs({"exception.type": "Timeout"}))
    sent.links.add(trace_id=bytes.fromhex(linked), span_id=bytes.fromhex(parent))
    kept.send(otlp.traces("gateway", sent, scope="http"))

    (span,) = kept.stores.traces.spans([trace_id])[trace_id]
    assert (span.trace_id, span.span_id, span.parent_span_id) == (trace_id, sent.span_id.hex(), parent)
    assert (span.service, span.name, span.kind, span.scope) == ("gateway", "POST /api", "client", "http")
    assert (span.start_ns, span.duration_ns) == (otlp.NOON, 1_500_000)
    assert (span.status, span.status_message) == ("error", "upstream gone")
    assert span.attributes == {"n": 7, "list": ["a", True, 1.5]}
    assert span.resource == {"service.name": "gateway"}
    assert [(e.time_ns, e.name, e.attributes) for e in span.events] == [
        (otlp.NOON + 5, "exception", {"exception.type": "Timeout"})
    ]
    assert [(link.trace_id, link.span_id) for link in span.links] == [(linked, parent)]


def test_spans_of_several_services_and_exports_make_one_trace_in_time_order(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(
        otlp.traces("b", otlp.span(trace_id, "second", start=otlp.NOON + 2), otlp.span(otlp.new_trace_id(), "foreign")),
        otlp.traces("a", otlp.span(trace_id, "first", start=otlp.NOON + 1)),
        otlp.traces("c", otlp.span(trace_id, "third", start=otlp.NOON + 3)),
    )
    assert [span.name for span in kept.stores.traces.spans([trace_id])[trace_id]] == ["first", "second", "third"]


def test_a_span_sent_twice_is_there_once(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    export = otlp.traces("a", otlp.span(trace_id), otlp.span(trace_id))
    kept.send(export)
    kept.send(export)
    assert len(kept.stores.traces.spans([trace_id])[trace_id]) == 2


def test_a_trace_of_which_nothing_is_kept_is_absent(kept: Kept) -> None:
    assert kept.stores.traces.spans([otlp.new_trace_id()]) == {}


def test_spans_without_valid_ids_are_refused_and_the_rest_is_kept(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    good, bad = otlp.span(trace_id), otlp.span(trace_id, "no id")
    bad.span_id = bytes(8)
    (answer,) = kept.send(otlp.traces("a", good, bad))
    assert (answer.accepted, answer.rejected) == (1, 1)
    assert "'no id'" in answer.reason
    assert len(kept.stores.traces.spans([trace_id])[trace_id]) == 1


@pytest.mark.parametrize("key", ["correlation_id", "correlation.id", "correlationId", "x-correlation-id"])
def test_traces_are_found_by_a_correlation_id_in_each_usual_spelling(kept: Kept, key: str) -> None:
    first, second = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(otlp.traces("a", otlp.span(second, start=otlp.NOON + 9, attributes={key: "corr-1"})))
    kept.send(
        otlp.traces(
            "a",
            otlp.span(first, attributes={key: "corr-1"}),
            otlp.span(otlp.new_trace_id(), attributes={key: "corr-2"}),
        )
    )
    assert kept.stores.traces.trace_ids("correlation", "corr-1") == (first, second)
    assert kept.stores.traces.trace_ids("correlation", "Corr-1") == ()
    assert kept.stores.traces.trace_ids("request", "corr-1") == ()


def test_traces_are_found_by_request_id_and_captured_header(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    header = {"http.request.header.x-request-id": ["req-9"]}
    kept.send(otlp.traces("a", otlp.span(trace_id, attributes=header)))
    assert kept.stores.traces.trace_ids("request", "req-9") == (trace_id,)


def test_a_trace_is_found_by_each_of_its_span_ids(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    spans = [otlp.span(trace_id) for _ in range(3)]
    kept.send(otlp.traces("a", *(otlp.span(otlp.new_trace_id()) for _ in range(40)), *spans))
    kept.send(otlp.traces("a", *(otlp.span(otlp.new_trace_id()) for _ in range(40))))
    for span in spans:
        assert kept.stores.traces.trace_ids("span", span.span_id.hex()) == (trace_id,)
    assert kept.stores.traces.trace_ids("span", otlp.new_span_id()) == ()


def test_a_span_id_is_not_found_across_the_border_of_two_ids(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(
        otlp.traces(
            "a", otlp.span(trace_id, span_id="0102030405060708"), otlp.span(trace_id, span_id="1112131415161718")
        )
    )
    assert kept.stores.traces.trace_ids("span", "0506070811121314") == ()
    assert kept.stores.traces.trace_ids("span", "1112131415161718") == (trace_id,)


def test_a_trace_id_is_known_only_when_a_span_of_it_is(kept: Kept) -> None:
    spans, only_logs = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(otlp.traces("a", otlp.span(spans)), otlp.logs("a", otlp.log("x", trace_id=only_logs)))
    assert kept.stores.traces.trace_ids("trace", spans) == (spans,)
    assert kept.stores.traces.trace_ids("trace", only_logs) == ()


def test_search_lists_the_newest_first_with_root_and_counts(kept: Kept) -> None:
    old, new = otlp.new_trace_id(), otlp.new_trace_id()
    root = otlp.span(new, "GET /", start=otlp.NOON + 100 * otlp.MS, ms=50)
    child = otlp.span(new, "query", parent=root.span_id.hex(), start=otlp.NOON + 110 * otlp.MS, ms=60, error="no")
    kept.send(otlp.traces("db", child), otlp.traces("web", root), otlp.traces("web", otlp.span(old)))
    first, second = kept.stores.traces.search(TraceQuery()).traces
    assert (first.trace_id, first.root_service, first.root_name) == (new, "web", "GET /")
    assert (first.span_count, first.service_count, first.error, first.duration_ns) == (2, 2, True, 70 * otlp.MS)
    assert (second.trace_id, second.error) == (old, False)


def test_logs_do_not_move_the_time_of_a_trace(kept: Kept) -> None:
    early, late = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(otlp.logs("a", otlp.log("x", trace_id=early, time=otlp.NOON + 60 * otlp.SECOND)))
    kept.send(otlp.traces("a", otlp.span(early), otlp.span(late, start=otlp.NOON + otlp.SECOND)))
    kept.send(otlp.logs("a", otlp.log("x", trace_id=early, time=otlp.NOON + 90 * otlp.SECOND)))
    assert kept.stores.traces.latest() == late
    assert [found.trace_id for found in kept.stores.traces.search(TraceQuery(max_duration_ns=otlp.SECOND)).traces] == [
        late,
        early,
    ]


def test_search_filters(kept: Kept) -> None:
    quick, slow, failed = otlp.new_trace_id(), otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(
        otlp.traces("web", otlp.span(quick, "GET /", ms=5, attributes={"http.response.status_code": 200})),
        otlp.traces("web", otlp.span(slow, "GET /slow", ms=500, start=otlp.NOON + 1)),
        otlp.traces(
            "llm", otlp.span(failed, "chat", ms=50, start=otlp.NOON + 2, error="boom", attributes={"user": "7"})
        ),
    )

    def found(query: TraceQuery) -> list[str]:
        return [summary.trace_id for summary in kept.stores.traces.search(query).traces]

    assert found(TraceQuery()) == [failed, slow, quick]
    assert found(TraceQuery(service="web")) == [slow, quick]
    assert found(TraceQuery(service="we")) == []
    assert found(TraceQuery(operation="chat")) == [failed]
    assert found(TraceQuery(service="web", operation="chat")) == []
    assert found(TraceQuery(error=True)) == [failed]
    assert found(TraceQuery(min_duration_ns=50 * otlp.MS)) == [failed, slow]
    assert found(TraceQuery(min_duration_ns=50 * otlp.MS, max_duration_ns=50 * otlp.MS)) == [failed]
    assert found(TraceQuery(attributes=(("http.response.status_code", "200"),))) == [quick]
    assert found(TraceQuery(attributes=(("service.name", "llm"), ("user", "7")))) == [failed]
    assert found(TraceQuery(attributes=(("user", "8"),))) == []
    assert found(TraceQuery(since_ns=otlp.NOON + 1)) == [failed, slow]
    assert found(TraceQuery(trace_ids=frozenset({quick}))) == [quick]
    assert found(TraceQuery(trace_ids=frozenset())) == []


def test_search_says_whether_the_limit_cut_anything_off(kept: Kept) -> None:
    kept.send(otlp.traces("a", *(otlp.span(otlp.new_trace_id(), start=otlp.NOON + n) for n in range(3))))
    three = kept.stores.traces.search(TraceQuery(limit=3))
    two = kept.stores.traces.search(TraceQuery(limit=2))
    assert (len(three.traces), three.truncated) == (3, False)
    assert (len(two.traces), two.truncated) == (2, True)
    assert two.traces == three.traces[:2]


def test_a_trace_of_which_only_logs_arrived_is_not_listed(kept: Kept) -> None:
    kept.send(otlp.logs("a", otlp.log("x", trace_id=otlp.new_trace_id())))
    assert kept.stores.traces.search(TraceQuery()).traces == ()
    assert kept.stores.traces.latest() is None


def test_the_latest_trace_and_the_latest_with_an_error(kept: Kept) -> None:
    assert kept.stores.traces.latest() is None
    assert kept.stores.traces.latest(error=True) is None
    failed, later = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(otlp.traces("a", otlp.span(later, start=otlp.NOON + 5), otlp.span(failed, error="x")))
    assert kept.stores.traces.latest() == later
    assert kept.stores.traces.latest(error=True) == failed


def test_an_error_that_arrives_later_makes_the_trace_one_with_an_error(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(otlp.traces("a", otlp.span(trace_id)))
    kept.send(otlp.traces("b", otlp.span(trace_id, error="late")))
    assert kept.stores.traces.latest(error=True) == trace_id


def test_extreme_times_are_kept(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    sent = otlp.span(trace_id)
    sent.start_time_unix_nano, sent.end_time_unix_nano = 2**64 - 1, 0
    kept.send(otlp.traces("a", sent))
    (span,) = kept.stores.traces.spans([trace_id])[trace_id]
    assert (span.start_ns, span.end_ns, span.duration_ns) == (2**64 - 1, 0, 0)
    assert kept.stores.traces.search(TraceQuery()).traces[0].trace_id == trace_id


def test_everything_is_there_after_a_restart(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(otlp.traces("a", otlp.span(trace_id, attributes={"correlation_id": "c"})))
    kept.restart()
    kept.send(otlp.traces("b", otlp.span(trace_id)))
    assert len(kept.stores.traces.spans([trace_id])[trace_id]) == 2
    assert kept.stores.traces.trace_ids("correlation", "c") == (trace_id,)
