"""What every TraceStore promises (phoenix_dev/stores/traces.py)."""

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


def test_search_lists_the_newest_first_with_root_and_counts(kept: Kept) -> None:
    old, new = otlp.new_trace_id(), otlp.new_trace_id()
    root = otlp.span(new, "GET /", start=kept.now + 100 * otlp.MS, ms=50)
    child = otlp.span(new, "query", parent=root.span_id.hex(), start=kept.now + 110 * otlp.MS, ms=60, error="no")
    kept.send(
        otlp.traces(kept.own("db"), child),
        otlp.traces(kept.own("web"), root),
        otlp.traces(kept.own("web"), otlp.span(old, start=kept.now)),
    )
    first, second = kept.stores.traces.search(TraceQuery(service=kept.own("web"))).traces
    assert (first.trace_id, first.root_service, first.root_name) == (new, kept.own("web"), "GET /")
    assert (first.span_count, first.service_count, first.error, first.duration_ns) == (2, 2, True, 70 * otlp.MS)
    assert (second.trace_id, second.error) == (old, False)


def test_logs_do_not_move_the_time_of_a_trace(kept: Kept) -> None:
    early, late, web = otlp.new_trace_id(), otlp.new_trace_id(), kept.own("web")
    kept.send(otlp.logs(web, otlp.log("x", trace_id=early, time=kept.now + 6 * otlp.SECOND)))
    kept.send(
        otlp.traces(web, otlp.span(early, start=kept.now), otlp.span(late, start=kept.now + otlp.SECOND)),
    )
    kept.send(otlp.logs(web, otlp.log("x", trace_id=early, time=kept.now + 9 * otlp.SECOND)))
    found = kept.stores.traces.search(TraceQuery(service=web, max_duration_ns=otlp.SECOND)).traces
    assert [summary.trace_id for summary in found] == [late, early]


def test_search_filters(kept: Kept) -> None:
    quick, slow, failed = otlp.new_trace_id(), otlp.new_trace_id(), otlp.new_trace_id()
    web, llm = kept.own("web"), kept.own("llm")
    kept.send(
        otlp.traces(
            web, otlp.span(quick, "GET /", start=kept.now, ms=5, attributes={"http.response.status_code": 200})
        ),
        otlp.traces(web, otlp.span(slow, "GET /slow", ms=500, start=kept.now + 1)),
        otlp.traces(
            llm,
            otlp.span(
                failed,
                "chat",
                ms=50,
                start=kept.now + 2,
                error="boom",
                attributes={"user": "7", 'a"b\\': '"}\\', "tags": ["a", "b"]},
            ),
        ),
    )

    def found(**fields: object) -> list[str]:
        """Of this test's traces, those that the query finds."""
        summaries = kept.stores.traces.search(TraceQuery(**fields, limit=500)).traces  # type: ignore[arg-type]
        return [one.trace_id for one in summaries if one.trace_id in (quick, slow, failed)]

    assert found() == [failed, slow, quick]
    assert found(service=web) == [slow, quick]
    assert found(service=web[:-1]) == []
    assert found(operation="chat") == [failed]
    assert found(service=web, operation="chat") == []
    assert found(error=True) == [failed]
    assert found(error=True, service=web) == []
    assert found(min_duration_ns=50 * otlp.MS) == [failed, slow]
    assert found(min_duration_ns=50 * otlp.MS, max_duration_ns=50 * otlp.MS) == [failed]
    assert found(attributes=(("http.response.status_code", "200"),)) == [quick]
    assert found(attributes=(("service.name", llm), ("user", "7"))) == [failed]
    assert found(attributes=(("user", "8"),)) == []
    assert found(attributes=(("tags", '["a","b"]'),)) == [failed]
    assert found(attributes=(('a"b\\', '"}\\'),)) == [failed]
    assert found(since_ns=kept.now + 1) == [failed, slow]
    assert found(trace_ids=frozenset({quick})) == [quick]
    assert found(trace_ids=frozenset({quick}), since_ns=kept.now + 1) == []
    assert found(trace_ids=frozenset()) == []


def test_bounds_that_no_number_can_hold_are_bounds_all_the_same(kept: Kept) -> None:
    trace_id, beyond = otlp.new_trace_id(), 10**25
    kept.send(otlp.traces(kept.own("a"), otlp.span(trace_id, start=kept.now)))

    def found(**fields: int) -> int:
        return len(kept.stores.traces.search(TraceQuery(service=kept.own("a"), **fields)).traces)  # type: ignore[arg-type]

    assert (found(since_ns=beyond), found(since_ns=-beyond)) == (0, 1)
    assert (found(min_duration_ns=beyond), found(max_duration_ns=beyond)) == (0, 1)
    assert kept.stores.traces.search(TraceQuery(min_duration_ns=beyond)).traces == ()


def test_what_no_text_can_hold_is_borne_by_nothing(kept: Kept) -> None:
    kept.send(otlp.traces(kept.own("a"), otlp.span(otlp.new_trace_id(), start=kept.now)))
    for query in (
        TraceQuery(service="\udcff"),
        TraceQuery(service=kept.own("a"), operation="\udcff"),
        TraceQuery(service=kept.own("a"), attributes=(("\udcff", "1"),)),
        TraceQuery(service=kept.own("a"), attributes=(("a", "\udcff"),)),
    ):
        assert kept.stores.traces.search(query).traces == ()


def test_many_trace_ids_may_be_asked_for_at_once(kept: Kept) -> None:
    first, last = sorted((otlp.new_trace_id(), otlp.new_trace_id()))
    kept.send(otlp.traces(kept.own("a"), *(otlp.span(one, start=kept.now) for one in (first, last))))
    for wanted in ({first}, {first, last}, {first, last, *(otlp.new_trace_id() for _ in range(48))}):
        found = kept.stores.traces.search(TraceQuery(trace_ids=frozenset(wanted))).traces
        assert {summary.trace_id for summary in found} == wanted & {first, last}


def test_the_parts_of_a_query_may_be_fulfilled_by_different_spans(kept: Kept) -> None:
    trace_id, web, llm = otlp.new_trace_id(), kept.own("web"), kept.own("llm")
    kept.send(
        otlp.traces(web, otlp.span(trace_id, "GET /", start=kept.now, ms=90, attributes={"user": kept.own("u")})),
        otlp.traces(llm, otlp.span(trace_id, "chat", start=kept.now + 1, ms=5, error="boom")),
    )
    for query in (
        TraceQuery(service=web, error=True),
        TraceQuery(service=llm, min_duration_ns=80 * otlp.MS),
        TraceQuery(attributes=(("user", kept.own("u")),), error=True),
        TraceQuery(service=llm, operation="chat", min_duration_ns=80 * otlp.MS, error=True),
    ):
        assert [summary.trace_id for summary in kept.stores.traces.search(query).traces] == [trace_id]
    assert kept.stores.traces.search(TraceQuery(service=llm, attributes=(("user", kept.own("u")),))).traces == ()


def test_a_minimum_duration_is_that_of_the_whole_trace(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    pieces = [otlp.span(trace_id, start=kept.now + n * 100 * otlp.MS, ms=10) for n in range(5)]
    kept.send(otlp.traces(kept.own("a"), *pieces))
    found = kept.stores.traces.search(TraceQuery(min_duration_ns=400 * otlp.MS, since_ns=kept.now, limit=500)).traces
    whole = kept.stores.traces.capabilities.whole_trace_durations
    assert (trace_id in [summary.trace_id for summary in found]) == whole
    assert kept.stores.traces.search(TraceQuery(service=kept.own("a"), min_duration_ns=400 * otlp.MS)).traces


def test_search_looks_as_deep_as_it_must_for_what_few_traces_are(kept: Kept) -> None:
    rare, web = otlp.new_trace_id(), kept.own("web")
    usual = [otlp.span(otlp.new_trace_id(), start=kept.now + n * 1000, ms=1) for n in range(1, 150)]
    kept.send(otlp.traces(web, otlp.span(rare, start=kept.now, ms=100), *usual))
    page = kept.stores.traces.search(TraceQuery(service=web, min_duration_ns=50 * otlp.MS, limit=2))
    assert ([summary.trace_id for summary in page.traces], page.truncated) == ([rare], False)


def test_search_says_whether_the_limit_cut_anything_off(kept: Kept) -> None:
    spans = [otlp.span(otlp.new_trace_id(), start=kept.now + n * 1000) for n in range(3)]
    kept.send(otlp.traces(kept.own("a"), *spans))
    three = kept.stores.traces.search(TraceQuery(service=kept.own("a"), limit=3))
    two = kept.stores.traces.search(TraceQuery(service=kept.own("a"), limit=2))
    assert (len(three.traces), three.truncated) == (3, False)
    assert (len(two.traces), two.truncated) == (2, True)
    assert two.traces == three.traces[:2]


def test_a_trace_of_which_only_logs_arrived_is_not_listed(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(otlp.logs(kept.own("a"), otlp.log("x", trace_id=trace_id, time=kept.now)))
    assert kept.stores.traces.search(TraceQuery(service=kept.own("a"))).traces == ()
    assert kept.stores.traces.search(TraceQuery(trace_ids=frozenset({trace_id}))).traces == ()
    assert kept.stores.traces.latest() != trace_id


def test_the_latest_trace_and_the_latest_with_an_error(kept: Kept) -> None:
    before = kept.stores.traces.latest(), kept.stores.traces.latest(error=True)
    failed, later = otlp.new_trace_id(), otlp.new_trace_id()
    assert not {failed, later} & set(before)
    kept.send(
        otlp.traces(kept.own("a"), otlp.span(later, start=kept.now + 5), otlp.span(failed, start=kept.now, error="x"))
    )
    assert kept.stores.traces.latest() == later
    assert kept.stores.traces.latest(error=True) == failed


def test_a_clock_ahead_is_not_the_latest_for_ever(kept: Kept) -> None:
    ahead, sound = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(
        otlp.traces(kept.own("a"), otlp.span(sound, start=kept.now)),
        otlp.traces(kept.own("b"), otlp.span(ahead, start=otlp.minutes_from_now(5))),
    )
    assert kept.stores.traces.latest() == sound


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
