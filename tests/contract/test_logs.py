"""What every LogStore promises of its records (phoenix_dev/stores/logs.py)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from phoenix_dev.stores.logs import LogFilter
from tests import otlp
from tests.contract.hostile import HOSTILE_IDS
from tests.contract.keeping import came_back

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.model.log import LogRecord
    from tests.contract.keeping import Kept


def messages(found: Iterable[LogRecord]) -> list[str]:
    return [record.message for record in found]


def everything(kept: Kept, *services: str, **fields: Any) -> LogFilter:
    """Whatever these services of the test sent."""
    return LogFilter(services=frozenset(map(kept.own, services)), **fields)


def test_a_record_comes_back_as_it_was_sent(kept: Kept) -> None:
    trace_id, span_id = otlp.new_trace_id(), otlp.new_span_id()
    attributes = {"correlation_id": kept.own("c"), "request_id": kept.own("r"), "duration_ms": 7.5, "http.path": "/a"}
    sent = otlp.log(
        "took long", trace_id=trace_id, span_id=span_id, severity=13, time=kept.now + 123_456_789, **attributes
    )
    kept.send(otlp.logs(kept.own("llm"), sent, scope="chat"))
    (record,) = kept.stores.logs.of_traces([trace_id])[trace_id]
    as_sent = kept.stores.logs.capabilities.attributes_as_sent
    assert (record.time_ns, record.severity_number, record.level) == (kept.now + 123_456_789, 13, "WARN")
    assert (record.service, record.message, record.scope) == (kept.own("llm"), "took long", "chat")
    assert (record.trace_id, record.span_id) == (trace_id, span_id)
    assert (record.correlation_id, record.request_id) == (kept.own("c"), kept.own("r"))
    assert came_back(attributes, record.attributes, as_sent=as_sent)
    assert came_back({"service.name": kept.own("llm")}, record.resource, as_sent=as_sent)


def test_what_was_made_up_on_the_way_is_no_attribute(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    kept.send(otlp.logs(kept.own("a"), otlp.log("an error, says the text", trace_id=trace_id, time=kept.now)))
    (record,) = kept.stores.logs.of_traces([trace_id])[trace_id]
    assert record.attributes == {}


def test_a_structured_body_is_shown_as_json_and_its_ids_count(kept: Kept) -> None:
    body = {"message": "hé", "correlation_id": kept.own("deep")}
    kept.send(otlp.logs(kept.own("a"), otlp.log(body, time=kept.now)))
    (record,) = kept.stores.logs.without_trace("correlation", kept.own("deep"))
    assert json.loads(record.message) == body
    assert record.correlation_id == kept.own("deep")


def test_an_event_without_a_body_says_its_name_if_it_was_given_one(kept: Kept) -> None:
    named, made_up, with_body = (otlp.log(body, time=kept.now + n) for n, body in enumerate((None, None, "chosen")))
    named.event_name = with_body.event_name = "gen_ai.choice"
    made_up.event_name = "event src/things.rs:41"
    kept.send(otlp.logs(kept.own("a"), named, made_up, with_body))
    found = kept.stores.logs.search(everything(kept, "a"), None, follow=False).records
    assert messages(found) == ["gen_ai.choice", "", "chosen"]


def test_a_record_without_a_time_has_that_of_its_observation(kept: Kept) -> None:
    sent = otlp.log("x", time=0)
    sent.observed_time_unix_nano = kept.now + 3
    kept.send(otlp.logs(kept.own("a"), sent))
    assert kept.stores.logs.search(everything(kept, "a"), None, follow=False).records[0].time_ns == kept.now + 3


def test_logs_of_a_trace_come_from_every_service_in_time_order(kept: Kept) -> None:
    trace_id, other = otlp.new_trace_id(), otlp.new_trace_id()
    kept.send(
        otlp.logs(
            kept.own("b"),
            otlp.log("2", trace_id=trace_id, time=kept.now + 2),
            otlp.log("other", trace_id=other, time=kept.now),
        )
    )
    kept.send(
        otlp.logs(kept.own("a"), otlp.log("1", trace_id=trace_id, time=kept.now + 1), otlp.log("none", time=kept.now))
    )
    assert messages(kept.stores.logs.of_traces([trace_id])[trace_id]) == ["1", "2"]
    both = kept.stores.logs.of_traces([other, trace_id])
    assert {found: messages(records) for found, records in both.items()} == {trace_id: ["1", "2"], other: ["other"]}
    assert kept.stores.logs.of_traces([otlp.new_trace_id()]) == {}


def test_the_logs_of_many_traces_are_told_apart(kept: Kept) -> None:
    ids = [otlp.new_trace_id() for _ in range(70)]
    kept.send(
        otlp.traces(kept.own("a"), *(otlp.span(one, start=kept.now + n * otlp.MS) for n, one in enumerate(ids))),
        otlp.logs(
            kept.own("a"),
            *(otlp.log(str(n), trace_id=one, time=kept.now + n * otlp.MS) for n, one in enumerate(ids)),
        ),
    )
    found = kept.stores.logs.of_traces(ids)
    assert {one: messages(records) for one, records in found.items()} == {one: [str(n)] for n, one in enumerate(ids)}


def test_traces_are_found_by_the_ids_that_only_their_logs_bear(kept: Kept) -> None:
    trace_id, span_id, c, r = otlp.new_trace_id(), otlp.new_span_id(), kept.own("c"), kept.own("r")
    kept.send(
        otlp.logs(
            kept.own("a"),
            otlp.log("x", trace_id=trace_id, span_id=span_id, time=kept.now, correlation_id=c, request_id=r),
        )
    )
    for kind, value in (("correlation", c), ("request", r), ("trace", trace_id), ("span", span_id)):
        assert kept.stores.logs.trace_ids(kind, value) == (trace_id,)  # type: ignore[arg-type]
    assert kept.stores.logs.trace_ids("correlation", r) == ()
    assert kept.stores.logs.trace_ids("correlation", c.upper()) == ()


def test_records_that_bear_an_id_without_a_trace(kept: Kept) -> None:
    c, d = kept.own("c"), kept.own("d")
    kept.send(
        otlp.logs(
            kept.own("a"),
            otlp.log("late", correlation_id=c, time=kept.now + 2),
            otlp.log("early", correlation_id=c, time=kept.now),
            otlp.log("foreign", correlation_id=d, time=kept.now),
            otlp.log("traced", correlation_id=c, trace_id=otlp.new_trace_id(), time=kept.now),
        )
    )
    assert messages(kept.stores.logs.without_trace("correlation", c)) == ["early", "late"]
    assert kept.stores.logs.without_trace("request", c) == ()


def test_an_id_finds_its_own_logs_and_no_others_whatever_is_in_it(kept: Kept) -> None:
    ids = {value + kept.mark: otlp.new_trace_id() for value in HOSTILE_IDS}
    loose = (otlp.log(f"loose {traced}", correlation_id=mine, time=kept.now) for mine, traced in ids.items())
    bound = (otlp.log("x", correlation_id=mine, trace_id=traced, time=kept.now) for mine, traced in ids.items())
    kept.send(otlp.logs(kept.own("a"), *loose, *bound))
    for mine, traced in ids.items():
        assert messages(kept.stores.logs.without_trace("correlation", mine)) == [f"loose {traced}"]
        assert kept.stores.logs.trace_ids("correlation", mine) == (traced,)
        assert kept.stores.logs.without_trace("request", mine) == ()


def test_an_id_that_nothing_can_bear_is_borne_by_nothing(kept: Kept) -> None:
    for value in ("", "x" * 100_000, "é" * 50_000):
        assert kept.stores.logs.trace_ids("correlation", value) == ()
        assert kept.stores.logs.without_trace("request", value) == ()
    assert kept.stores.logs.trace_ids("trace", "no trace ID") == ()
    assert kept.stores.logs.trace_ids("span", 'no" span ID') == ()


def test_search_keeps_the_newest_and_prints_the_oldest_first(kept: Kept) -> None:
    kept.send(*(otlp.logs(kept.own("a"), otlp.log(str(n), time=kept.now + n)) for n in (3, 1, 4, 2, 5)))
    mine = everything(kept, "a")
    assert messages(kept.stores.logs.search(mine, None, follow=False).records) == ["1", "2", "3", "4", "5"]
    assert messages(kept.stores.logs.search(mine, 3, follow=False).records) == ["3", "4", "5"]
    page = kept.stores.logs.search(mine, 3)
    assert (messages(page.records), page.truncated) == (["3", "4", "5"], True)
    assert not kept.stores.logs.search(mine, 5).truncated


def test_the_newest_are_found_where_exports_overlap_in_time(kept: Kept) -> None:
    for times in ((100, 10, 5), (90,), (1, 95)):
        records = [otlp.log(str(time), time=kept.now + time * otlp.MS) for time in times]
        kept.send(otlp.logs(kept.own("a"), *records))
    page = kept.stores.logs.search(everything(kept, "a"), 3)
    assert (messages(page.records), page.truncated) == (["90", "95", "100"], True)


def test_more_than_a_backend_gives_at_once_is_whole(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    texts = [str(n) for n in range(12_000)]
    # Too long ago for a tail, which would read them in every test after this.
    begin = kept.now - 300 * otlp.SECOND
    # Four lines of each moment, so that pages end in the middle of one.
    records = [otlp.log(text, trace_id=trace_id, time=begin + n // 4) for n, text in enumerate(texts)]
    kept.send(otlp.logs(kept.own("a"), *records))
    page = kept.stores.logs.search(everything(kept, "a"), 7_000, follow=False)
    assert page.truncated
    for found, expected in (
        (kept.stores.logs.search(everything(kept, "a"), None, follow=False).records, texts),
        (kept.stores.logs.of_traces([trace_id])[trace_id], texts),
        (page.records, texts[-7_000:]),
    ):
        assert [record.time_ns for record in found] == [begin + int(text) // 4 for text in expected]
        if kept.stores.logs.capabilities.arrival_order:
            assert messages(found) == expected
        else:
            assert sorted(messages(found), key=int) == expected


def test_equal_times_stay_as_they_arrived(kept: Kept) -> None:
    kept.send(otlp.logs(kept.own("a"), *(otlp.log(str(n), time=kept.now) for n in range(5))))
    kept.send(otlp.logs(kept.own("a"), *(otlp.log(str(n), time=kept.now) for n in range(5, 9))))
    found = kept.stores.logs.search(everything(kept, "a"), None, follow=False).records
    assert messages(found) == [str(n) for n in range(9)]


def test_equal_records(kept: Kept) -> None:
    kept.send(otlp.logs(kept.own("a"), *(otlp.log("x", time=kept.now) for _ in range(3))))
    found = kept.stores.logs.search(everything(kept, "a"), None, follow=False).records
    assert len(found) == (3 if kept.stores.logs.capabilities.equal_records else 1)


def test_search_filters(kept: Kept) -> None:
    kept.send(
        otlp.logs(
            kept.own("a"),
            otlp.log("debug", severity=5, time=kept.now),
            otlp.log("info 42", time=kept.now + 1, correlation_id=kept.own("c")),
        ),
        otlp.logs(
            kept.own("b"),
            otlp.log("error", severity=17, time=kept.now + 2),
            otlp.log("unknown", severity=0, time=kept.now + 3),
        ),
    )

    def found(*services: str, since_ns: int = kept.now, **fields: Any) -> list[str]:
        keep = everything(kept, *services, since_ns=since_ns, **fields)
        return messages(kept.stores.logs.search(keep, None, follow=False).records)

    assert found("a", "b") == ["debug", "info 42", "error", "unknown"]
    assert found("b") == ["error", "unknown"]
    assert found("a", "b", min_severity=9) == ["info 42", "error"]
    assert found("a", "b", grep=re.compile(r"\d+$")) == ["info 42"]
    assert found("a", "b", since_ns=kept.now + 1, until_ns=kept.now + 2) == ["info 42", "error"]
    assert found("a", "b", correlated=True) == ["info 42"]
    assert found("a", since_ns=10**25) == []
    assert found("a", since_ns=-(10**25), until_ns=10**25) == ["debug", "info 42"]
    assert kept.stores.logs.search(LogFilter(frozenset({"\udcff"})), None, follow=False).records == ()


def test_the_lines_of_a_time_say_what_its_records_say(kept: Kept) -> None:
    trace_id = otlp.new_trace_id()
    bodies: tuple[Any, ...] = ("routed", "two\nlines", {"k": "v"}, "\x1b[31m\u202e", "last")
    records = [
        otlp.log(body, trace_id=trace_id if n % 2 else "", severity=(5, 9, 17)[n % 3], time=kept.now + n)
        for n, body in enumerate(bodies)
    ]
    kept.send(otlp.logs(kept.own("a"), *records), otlp.logs(kept.own("b"), otlp.log("b", time=kept.now + 3)))

    def read(first: int, last: int, *services: str) -> list[tuple[Any, ...]]:
        lines = kept.stores.logs.lines(kept.now + first, kept.now + last, frozenset(map(kept.own, services)))
        return sorted(tuple(line) for line in lines if line.service.endswith(kept.mark))

    def told(first: int, last: int, *services: str) -> list[tuple[Any, ...]]:
        keep = everything(kept, *services, since_ns=kept.now + first, until_ns=kept.now + last)
        return [
            (found.time_ns, found.service, found.severity_number, found.message, found.trace_id)
            for found in kept.stores.logs.search(keep, None, follow=False).records
        ]

    assert len(read(0, 4, "a")) == 5
    assert read(0, 4, "a") == told(0, 4, "a")
    assert read(1, 3, "a") == told(1, 3, "a")
    assert {line[3] for line in read(3, 3)} == {"b", told(3, 3, "a")[0][3]}
    assert read(0, 4, "nobody") == []


def test_a_service_is_chosen_by_its_whole_name_whatever_is_in_it(kept: Kept) -> None:
    names = ['a"} or {b="', "a|b", "a.*", "ä\\", "a\nb", "`", "}"]
    kept.send(
        *(otlp.logs(kept.own(name), otlp.log(name, time=kept.now)) for name in names),
        otlp.logs(kept.own("a"), otlp.log("foreign", time=kept.now)),
        otlp.logs(kept.own("other"), otlp.log("other", time=kept.now + 1)),
    )

    def found(*services: str) -> list[str]:
        keep = everything(kept, *services, since_ns=kept.now - otlp.SECOND)
        return messages(kept.stores.logs.search(keep, None, follow=False).records)

    for name in names:
        assert found(name) == [name]
        assert found(name, "other") == [name, "other"]


def test_a_search_that_greps_goes_on_until_it_has_its_limit(kept: Kept) -> None:
    records = (otlp.log(f"{'rare' if n % 50 == 0 else 'usual'} {n}", time=kept.now + n) for n in range(300))
    kept.send(otlp.logs(kept.own("a"), *records))
    page = kept.stores.logs.search(everything(kept, "a", grep=re.compile("^rare")), 3, follow=False)
    assert (messages(page.records), page.truncated) == (["rare 150", "rare 200", "rare 250"], True)
