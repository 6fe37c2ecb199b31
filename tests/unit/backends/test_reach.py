"""How far back is looked: as far as something is kept, errors longer than the rest."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.open import open_remote_stores
from phoenix_dev.backends.windows import AHEAD, DAY, FURTHEST, HOUR, Reach, backwards, clamped
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.stores.traces import TraceQuery
from phoenix_dev.usecases.find_request import find_request

if TYPE_CHECKING:
    from phoenix_dev.backends.http import HttpClient
    from phoenix_dev.stores import Stores
    from tests.unit.backends.answering import Answering, Asked

NOW = 10**18
OLD, OLDER = "a" * 32, "b" * 32


def ago(days: float) -> int:
    return time.time_ns() - int(days * DAY)


def span(trace_id: str, name: str, start: int, *, error: bool = False) -> dict[str, Any]:
    """OTLP/JSON."""
    return {
        "traceId": trace_id,
        "spanId": name.encode().hex().ljust(16, "0"),
        "name": name,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 1000),
        "status": {"code": 2 if error else 0},
    }


class Jaeger:
    """Answers like Jaeger of one service; whatever is looked for, every span bears it."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        if asked.path.endswith("/api/services"):
            return 200, json.dumps({"data": ["a"] if self.spans else []}).encode()
        if asked.path.endswith("/api/traces"):
            first, last = (int(asked.params[name]) * 1000 for name in ("start", "end"))
            borne = [s["traceId"] for s in self.spans if first <= int(s["startTimeUnixNano"]) <= last]
            return 200, json.dumps({"data": [{"traceID": trace_id} for trace_id in dict.fromkeys(borne)]}).encode()
        _, _, trace_id = asked.path.partition("/v3/traces/")
        found = [s for s in self.spans if s["traceId"] == trace_id or not trace_id]
        group = {"resource": {"attributes": []}, "scopeSpans": [{"spans": found}]}
        return (200, json.dumps({"result": {"resourceSpans": [group]}}).encode()) if found else (404, b"")


class Loki:
    """Answers like Loki of one stream; every line bears whatever is looked for. It refuses what is asked too far."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.metadata = {"correlation_id": "c1", "trace_id": OLD}

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        first, end = (int(asked.params[name]) for name in ("start", "end"))
        if end - first > 30 * DAY + HOUR:
            return 400, b"the query time range exceeds the limit"
        values = [[str(at), "hello", {"structuredMetadata": self.metadata}] for at in self.times if first <= at < end]
        result = [{"stream": {"service_name": "a"}, "values": values}] if values else []
        return 200, json.dumps({"data": {"result": result}}).encode()


class Stack:
    """Jaeger with its two stores, and Loki."""

    def __init__(self) -> None:
        self.normal, self.errors, self.loki = Jaeger(), Jaeger(), Loki()

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        if asked.path.startswith("/loki/"):
            return self.loki(asked)
        return (self.errors if asked.path.startswith("/errors/") else self.normal)(asked)


@pytest.fixture
def stack(backend: Answering) -> Stack:
    backend.answer = stack = Stack()
    return stack


def stores_that_keep(backend: Answering, http: HttpClient, reach: Reach) -> Stores:
    where = RemoteEndpoints(backend.url, backend.url, backend.url, f"{backend.url}/errors", reach=reach)
    return open_remote_stores(where, http)


@pytest.fixture
def stores(backend: Answering, http: HttpClient, stack: Stack) -> Stores:
    return stores_that_keep(backend, http, Reach())


def asked_of_errors(backend: Answering) -> list[Asked]:
    return [asked for asked in backend.asked if asked.path.startswith("/errors/")]


@pytest.mark.parametrize("days", [1, 3, 7, 8, 30, 45, 100])
def test_steps_back_meet_without_a_gap_and_end_where_nothing_is_kept(days: int) -> None:
    windows = list(backwards(days * DAY, NOW))
    assert windows[0] == (NOW - HOUR, NOW + AHEAD)
    assert all(later[0] == earlier[1] + 1 for later, earlier in pairwise(windows))
    assert windows[-1][0] == NOW - days * DAY
    assert all(last - first <= 30 * DAY for first, last in windows)


def test_not_even_what_is_kept_for_ever_is_looked_for_without_end() -> None:
    assert len(list(backwards(9999 * 7 * DAY, NOW))) < 20
    assert clamped(0, NOW, NOW, 9999 * 7 * DAY) == (NOW - 366 * DAY, NOW)
    assert clamped(0, NOW, NOW, DAY) == (NOW - FURTHEST, NOW)


def test_logs_of_the_last_weeks_are_listed(stack: Stack, stores: Stores) -> None:
    stack.loki.times = [ago(29), ago(20), ago(3)]
    page = stores.logs.search(LogFilter(since_ns=ago(25)), 10, follow=False)
    assert [record.time_ns for record in page.records] == stack.loki.times[1:]
    assert len(stores.logs.search(LogFilter(), 10, follow=False).records) == 3


def test_logs_are_found_by_an_id_as_long_as_they_are_kept(stack: Stack, backend: Answering, http: HttpClient) -> None:
    stack.loki.times = [ago(80)]
    assert stores_that_keep(backend, http, Reach()).logs.trace_ids("correlation", "c1") == ()
    stores = stores_that_keep(backend, http, Reach(logs=90 * DAY))
    assert stores.logs.trace_ids("correlation", "c1") == (OLD,)
    assert len(stores.logs.search(LogFilter(since_ns=ago(85)), 10, follow=False).records) == 1


def test_an_error_is_found_by_its_ids_when_only_the_store_of_errors_has_it(stack: Stack, stores: Stores) -> None:
    stack.errors.spans = [span(OLD, "one", ago(20), error=True), span(OLD, "two", ago(20))]
    assert stores.traces.trace_ids("correlation", "c1") == (OLD,)
    assert stores.traces.trace_ids("trace", OLD) == (OLD,)
    assert [found.name for found in stores.traces.spans([OLD])[OLD]] == ["one", "two"]
    assert stores.traces.latest() == OLD


@pytest.mark.parametrize("error", [True, False])
def test_it_is_listed_too(stack: Stack, stores: Stores, error: bool) -> None:
    stack.errors.spans = [span(OLD, "one", ago(20), error=True)]
    assert [one.trace_id for one in stores.traces.search(TraceQuery(since_ns=ago(25), error=error)).traces] == [OLD]


def test_what_both_stores_have_of_a_trace_is_there_once(stack: Stack, stores: Stores) -> None:
    first, second, third = ago(8), ago(6.9), ago(6.8)
    shared = span(OLD, "shared", second, error=True)
    stack.errors.spans = [span(OLD, "forgotten", first), shared]
    stack.normal.spans = [shared, span(OLD, "late", third)]
    assert [found.name for found in stores.traces.spans([OLD])[OLD]] == ["shared", "late"], "all of it is young"
    stack.normal.spans.append(span(OLD, "at the border", ago(7.1)))
    names = [found.name for found in stores.traces.spans([OLD])[OLD]]
    assert names == ["forgotten", "at the border", "shared", "late"]


def test_an_id_is_borne_by_what_either_store_has(stack: Stack, backend: Answering, http: HttpClient) -> None:
    stack.errors.spans = [span(OLDER, "one", ago(5), error=True), span(OLD, "two", ago(4), error=True)]
    stack.normal.spans = stack.errors.spans[1:]
    stores = stores_that_keep(backend, http, Reach(traces=4 * DAY + HOUR))
    assert stores.traces.trace_ids("correlation", "c1") == (OLDER, OLD)


def test_of_what_is_recent_the_store_of_errors_is_not_asked(stack: Stack, stores: Stores, backend: Answering) -> None:
    stack.normal.spans = stack.errors.spans = [span(OLD, "one", ago(0.01), error=True)]
    assert stores.traces.trace_ids("correlation", "c1") == (OLD,)
    assert stores.traces.spans([OLD])[OLD]
    assert stores.traces.search(TraceQuery(since_ns=ago(1))).traces
    assert asked_of_errors(backend) == []


@pytest.mark.parametrize("text", ["550e8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a716446655440000"])
def test_a_uuid_is_looked_for_once_in_all_logs_whether_it_is_of_a_trace_or_of_a_correlation(
    text: str, stack: Stack, stores: Stores, backend: Answering
) -> None:
    stack.loki.times, stack.loki.metadata = [ago(3)], {"correlation_id": text}
    found = find_request(stores, text)
    assert (found.kind, [record.message for record in found.logs]) == ("correlation", ["hello"])
    asked = [one.params["start"] for one in backend.asked if one.path.startswith("/loki/")]
    assert len(asked) == len(set(asked)) == len(list(backwards(Reach().logs)))
