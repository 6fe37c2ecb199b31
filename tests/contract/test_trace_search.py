"""What every TraceStore promises about its search (phoenix_dev/stores/traces.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.stores.traces import TraceQuery
from tests import otlp

if TYPE_CHECKING:
    from tests.contract.keeping import Kept

pytestmark = pytest.mark.filterwarnings("error")


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
