"""What every LogStore promises (phoenix_dev/stores/logs.py)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.stores.logs import LogFilter
from tests import otlp

if TYPE_CHECKING:
    from tests.contract.conftest import Kept

ALL = LogFilter()


def messages(found: tuple[object, ...]) -> list[str]:
    return [getattr(record, "message") for record in found]  # noqa: B009 - records of any store


def test_a_record_comes_back_as_it_was_sent(kept: Kept) -> None:
    trace_id, span_id = otlp.new_trace_id(), otlp.new_span_id()
    sent = otlp.log(
        "took long",
        trace_id=trace_id,
        span_id=span_id,
        severity=13,
        correlation_id="c",
        request_id="r",
        duration_ms=7.5,
    )
    kept.send(otlp.logs("llm", sent, scope="chat"))
    (record,) = kept.stores.logs.of_traces([trace_id])[trace_id]
    assert (record.time_ns, record.severity_number, record.level) == (otlp.NOON, 13, "WARN")
    assert (record.service, record.message, record.scope) == ("llm", "took long", "chat")
    assert (record.trace_id, record.span_id, record.correlation_id, record.request_id) == (trace_id, span_id, "c", "r")
    assert record.attributes["duration_ms"] == 7.5
    assert record.resource == {"service.name": "llm"}


def test_a_structured_body_is_shown_as_json_and_its_ids_count(kept: Kept) -> None:
    kept.send(otlp.logs("a", otlp.log({"message": "hé", "correlation_id": "deep"})))
    (record,) = kept.stores.logs.without_trace("correlation", "deep")
    assert record.message == '{"message": "hé", "correlation_id": "deep"}'
    assert record.correlation_id == "deep"


def test_a_record_without_a_time_has_that_of_its_observation(kept: Kept) -> None:
    sent = otlp.log("x", time=0)
    sent.observed_time_unix_nano = otlp.NOON + 3
    kept.send(otlp.logs("a", sent))
    assert kept.stores.logs.search(ALL, None).records[0].time_ns == otlp.NOON + 3


def test_logs_of_a_trace_come_from_every_service_in_time_order(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(
        otlp.logs(
            "b", otlp.log("2", trace_id=trace_id, time=otlp.NOON + 2), otlp.log("other", trace_id=otlp.new_trace_id())
        )
    )
    kept.send(otlp.logs("a", otlp.log("1", trace_id=trace_id, time=otlp.NOON + 1), otlp.log("none")))
    assert messages(kept.stores.logs.of_traces([trace_id])[trace_id]) == ["1", "2"]
    assert kept.stores.logs.of_traces([otlp.new_trace_id()]) == {}


def test_traces_are_found_by_the_ids_that_only_their_logs_bear(kept: Kept) -> None:
    trace_id, span_id = otlp.new_trace_id(), otlp.new_span_id()
    kept.send(otlp.logs("a", otlp.log("x", trace_id=trace_id, span_id=span_id, correlation_id="c", request_id="r")))
    for kind, value in (("correlation", "c"), ("request", "r"), ("trace", trace_id), ("span", span_id)):
        assert kept.stores.logs.trace_ids(kind, value) == (trace_id,)  # type: ignore[arg-type]
    assert kept.stores.logs.trace_ids("correlation", "r") == ()


def test_records_that_bear_an_id_without_a_trace(kept: Kept) -> None:
    kept.send(
        otlp.logs(
            "a",
            otlp.log("late", correlation_id="c", time=otlp.NOON + 2),
            otlp.log("early", correlation_id="c"),
            otlp.log("foreign", correlation_id="d"),
            otlp.log("traced", correlation_id="c", trace_id=otlp.new_trace_id()),
        )
    )
    assert messages(kept.stores.logs.without_trace("correlation", "c")) == ["early", "late"]
    assert kept.stores.logs.without_trace("request", "c") == ()


def test_search_keeps_the_newest_and_prints_the_oldest_first(kept: Kept) -> None:
    for n in (3, 1, 4, 2, 5):
        kept.send(otlp.logs("a", otlp.log(str(n), time=otlp.NOON + n)))
    assert messages(kept.stores.logs.search(ALL, None).records) == ["1", "2", "3", "4", "5"]
    page = kept.stores.logs.search(ALL, 3)
    assert (messages(page.records), page.truncated) == (["3", "4", "5"], True)
    assert not kept.stores.logs.search(ALL, 5).truncated


def test_equal_times_stay_as_they_arrived(kept: Kept) -> None:
    kept.send(otlp.logs("a", *(otlp.log(str(n)) for n in range(5))))
    kept.send(otlp.logs("a", *(otlp.log(str(n)) for n in range(5, 9))))
    assert messages(kept.stores.logs.search(ALL, None).records) == [str(n) for n in range(9)]


def test_search_filters(kept: Kept) -> None:
    kept.send(
        otlp.logs("a", otlp.log("debug", severity=5), otlp.log("info 42", time=otlp.NOON + 1, correlation_id="c")),
        otlp.logs(
            "b", otlp.log("error", severity=17, time=otlp.NOON + 2), otlp.log("unknown", severity=0, time=otlp.NOON + 3)
        ),
    )

    def found(**fields: object) -> list[str]:
        return messages(kept.stores.logs.search(LogFilter(**fields), None).records)  # type: ignore[arg-type]

    assert found() == ["debug", "info 42", "error", "unknown"]
    assert found(services=frozenset({"b"})) == ["error", "unknown"]
    assert found(min_severity=9) == ["info 42", "error"]
    assert found(grep=re.compile(r"\d+$")) == ["info 42"]
    assert found(since_ns=otlp.NOON + 1, until_ns=otlp.NOON + 2) == ["info 42", "error"]
    assert found(correlated=True) == ["info 42"]


def test_a_tail_gives_everything_after_the_page_once_whatever_its_time(kept: Kept) -> None:
    kept.send(otlp.logs("a", otlp.log("before")))
    page = kept.stores.logs.search(ALL, None)
    assert kept.stores.logs.tail(page.cursor).records == ()
    kept.send(otlp.logs("a", otlp.log("old", time=otlp.NOON - 5), otlp.log("new")))
    first = kept.stores.logs.tail(page.cursor)
    kept.send(otlp.logs("b", otlp.log("newest")))
    second = kept.stores.logs.tail(first.cursor)
    assert messages(page.records) == ["before"]
    assert messages(first.records) == ["old", "new"]
    assert messages(second.records) == ["newest"]


def test_a_tail_goes_on_after_a_restart(kept: Kept) -> None:
    kept.send(otlp.logs("a", otlp.log("before")))
    cursor = kept.stores.logs.search(ALL, 0).cursor
    kept.send(otlp.logs("a", otlp.log("between")))
    kept.restart()
    kept.send(otlp.logs("a", otlp.log("after")))
    assert messages(kept.stores.logs.tail(cursor).records) == ["between", "after"]
