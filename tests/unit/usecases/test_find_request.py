"""From whichever ID to the request: the order in which an ID is tried, and what is said when nothing bears it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.errors import NotFound, UsageError
from phoenix_dev.stores.traces import TraceQuery
from phoenix_dev.usecases.find_request import find_request, wait_for_request, without_logs
from phoenix_dev.usecases.list_traces import list_traces
from phoenix_dev.usecases.quiet import QUIET_SECONDS, once_quiet
from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.stores import Stores

    Send = Callable[..., None]


A, B, SPAN = "a" * 32, "b" * 32, "c" * 16


def found(stores: Stores, text: str, **options: Any) -> tuple[str, list[str]]:
    request = find_request(stores, text, **options)
    return request.kind, [trace.trace_id for trace in request.traces]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (A, "trace"),
        (A.upper(), "trace"),
        ("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "trace"),
        (f" {A}\n", "trace"),
        (f"00-{A}-{'1' * 16}-01", "trace"),
        ("last", "trace"),
        ("corr", "correlation"),
        ("corr ", "correlation"),
        ("req", "request"),
        ("1" * 16, "span"),
    ],
)
def test_each_kind_of_id_leads_to_the_request(send: Send, stores: Stores, text: str, kind: str) -> None:
    ids = {"correlation_id": "corr", "request_id": "req"}
    send(otlp.traces("a", otlp.span(A, span_id="1" * 16, attributes=ids)))
    assert found(stores, text) == (kind, [A])


def test_the_first_kind_that_finds_something_wins(send: Send, stores: Stores) -> None:
    def bearing(trace_id: str, **ids: str) -> Any:
        return otlp.traces("a", otlp.span(trace_id, attributes=ids))

    send(bearing(A, correlation_id="both"), bearing(B, request_id="both", correlation_id=A))
    assert found(stores, "both") == ("correlation", [A])
    assert found(stores, "both", as_kind="request") == ("request", [B])
    assert found(stores, A) == ("trace", [A])
    assert found(stores, A, as_kind="correlation") == ("correlation", [B])


def test_a_correlation_id_of_the_form_of_a_trace_id_is_found(send: Send, stores: Stores) -> None:
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    send(otlp.traces("a", otlp.span(A, attributes={"correlation_id": uuid})))
    assert found(stores, uuid) == ("correlation", [A])


def test_a_correlation_id_wins_over_a_span_id(send: Send, stores: Stores) -> None:
    both = "00f067aa0ba902b7"
    send(otlp.traces("a", otlp.span(A, span_id=both), otlp.span(B, attributes={"correlation_id": both})))
    assert found(stores, both) == ("correlation", [B])
    assert found(stores, both, as_kind="span") == ("span", [A])


def test_whatever_is_shown_as_an_id_leads_to_the_request(send: Send, stores: Stores) -> None:
    send(
        otlp.traces("a", otlp.span(A, attributes={"correlation_id": 12.5, "request_id": ["one", "two"]})),
        otlp.logs("a", otlp.log({"correlation_id": "in the body"}, trace_id=B)),
        otlp.logs("a", otlp.log("loose", **{"correlation_id": "best", "x-correlation-id": "other"})),  # type: ignore[arg-type]
    )
    assert found(stores, "12.5") == ("correlation", [A])
    assert found(stores, "one") == ("request", [A])
    assert found(stores, "in the body") == ("correlation", [B])
    for text in ("best", "other"):
        assert [record.message for record in find_request(stores, text).logs] == ["loose"]


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_id_is_wrong_usage(send: Send, stores: Stores, empty: str) -> None:
    with pytest.raises(UsageError, match="the ID is empty"):
        find_request(stores, empty)


def test_a_span_id_wins_over_a_64_bit_trace_id(send: Send, stores: Stores) -> None:
    short = "00f067aa0ba902b7"
    send(otlp.traces("a", otlp.span(short.rjust(32, "0"))))
    assert found(stores, short) == ("trace", [short.rjust(32, "0")])
    send(otlp.traces("a", otlp.span(B, span_id=short)))
    assert found(stores, short) == ("span", [B])
    assert found(stores, short, as_kind="trace") == ("trace", [short.rjust(32, "0")])


def test_an_id_with_a_blank_at_its_end_is_found_as_it_is(send: Send, stores: Stores) -> None:
    send(
        otlp.traces(
            "a", otlp.span(A, attributes={"correlation_id": "c "}), otlp.span(B, attributes={"request_id": "c"})
        )
    )
    assert found(stores, "c ") == ("correlation", [A])
    assert [t.trace_id for t in list_traces(stores, TraceQuery(), "c ").traces] == [A]


def test_an_id_selects_whole_traces_with_logs_and_the_logs_without_a_trace(send: Send, stores: Stores) -> None:
    send(
        otlp.traces("a", otlp.span(A, attributes={"correlation_id": "c"}), otlp.span(A, "bears nothing")),
        otlp.logs("b", otlp.log("of the trace", trace_id=A), otlp.log("loose", correlation_id="c", time=otlp.NOON - 1)),
        otlp.logs("b", otlp.log("in another trace", trace_id=B, correlation_id="c"), otlp.log("foreign")),
    )
    request = find_request(stores, "c")
    assert {span.name for trace in request.traces for span in trace.spans} == {"work", "bears nothing"}
    assert [record.message for record in request.all_logs] == ["loose", "of the trace", "in another trace"]
    assert [record.message for record in request.logs] == ["loose"]
    bare = without_logs(request)
    assert bare.all_logs == ()
    assert len(bare.traces) == len(request.traces)


def test_last_error_is_the_newest_with_an_error(send: Send, stores: Stores) -> None:
    send(otlp.traces("a", otlp.span(A, error="boom"), otlp.span(B, start=otlp.NOON + 1)))
    assert found(stores, "last") == ("trace", [B])
    assert found(stores, "last-error") == ("trace", [A])


def test_nothing_found_is_said_with_what_to_run(send: Send, stores: Stores) -> None:
    with pytest.raises(NotFound, match="No trace has arrived yet"):
        find_request(stores, "last")
    with pytest.raises(NotFound, match="No trace with an error"):
        find_request(stores, "last-error")
    with pytest.raises(NotFound, match="bears the ID 'it's gone'") as caught:
        find_request(stores, "it's gone")
    assert caught.value.hint == "phoenix-dev trace --wait 10 'it'\"'\"'s gone'"


@pytest.mark.parametrize(("kind", "text"), [("span", "abc"), ("trace", "corr"), ("span", A)])
def test_an_id_that_cannot_be_of_the_forced_kind_is_wrong_usage(
    send: Send, stores: Stores, kind: Any, text: str
) -> None:
    with pytest.raises(UsageError, match=f"is not a {kind} ID"):
        find_request(stores, text, kind)


def test_waiting_ends_when_the_request_is_there_and_quiet(send: Send, stores: Stores) -> None:
    send(otlp.traces("a", otlp.span(A)))
    assert wait_for_request(stores, A, None, 30).traces[0].trace_id == A


def test_where_traces_are_sampled_waiting_goes_on_until_one_is_kept(
    send: Send, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampled = replace(stores.traces.capabilities, unsampled=False)
    monkeypatch.setattr(type(stores.traces), "capabilities", sampled)
    send(otlp.traces("a", otlp.span(A, "failed", parent=SPAN, error="no")), otlp.logs("a", otlp.log("no", trace_id=A)))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait_for_request, stores, A, None, 20)
        wait([waiting], QUIET_SECONDS + 0.3)
        assert not waiting.done(), "what was sent at once is not all"
        send(otlp.traces("a", otlp.span(A, "root", span_id=SPAN)))
        assert {span.name for span in waiting.result(30).traces[0].spans} == {"failed", "root"}


def test_a_store_is_asked_no_more_often_than_it_stands(send: Send, stores: Stores) -> None:
    send(otlp.traces("a", otlp.span(A)))
    asked: list[float] = []
    seldom: Any = Seldom(stores.logs)

    def find() -> None:
        asked.append(time.monotonic())

    assert once_quiet(replace(stores, logs=seldom), find, 0.5) is None
    assert 2 <= len(asked) <= 4
    assert asked[1] - asked[0] >= 0.2


class Seldom:
    """A store of logs that stands a question each 0.2 s."""

    def __init__(self, logs: Any) -> None:
        self.capabilities = replace(logs.capabilities, poll_seconds=0.2)


def test_waiting_for_what_never_comes_ends_with_not_found(send: Send, stores: Stores) -> None:
    with pytest.raises(NotFound):
        wait_for_request(stores, B, None, 0.1)
