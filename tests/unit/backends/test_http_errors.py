"""Whatever goes wrong between us and a backend is told in one sentence with its URL, and nothing else comes out."""

from __future__ import annotations

import json
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.backends import http as http_module
from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.http import Backend
from phoenix_dev.backends.open import open_remote_stores
from phoenix_dev.errors import NotReady
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.stores.metrics import MetricQuery
from phoenix_dev.stores.traces import TraceQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.backends.http import HttpClient
    from phoenix_dev.stores import Stores
    from tests.unit.backends.answering import Answering

TRACE = "0af7651916cd43dd8448eb211c80319c"

#: Everything that can be asked of the stores.
QUESTIONS: dict[str, Callable[[Stores], Any]] = {
    "spans": lambda stores: stores.traces.spans([TRACE]),
    "traces of an ID": lambda stores: stores.traces.trace_ids("correlation", "c"),
    "trace of a trace ID": lambda stores: stores.traces.trace_ids("trace", TRACE),
    "search": lambda stores: stores.traces.search(TraceQuery()),
    "search by attribute": lambda stores: stores.traces.search(TraceQuery(service="a", attributes=(("a", "b"),))),
    "latest": lambda stores: stores.traces.latest(),
    "latest error": lambda stores: stores.traces.latest(error=True),
    "logs of traces": lambda stores: stores.logs.of_traces([TRACE]),
    "logs of an ID": lambda stores: stores.logs.without_trace("correlation", "c"),
    "traces of logs": lambda stores: stores.logs.trace_ids("request", "c"),
    "log search": lambda stores: stores.logs.search(LogFilter(), 10),
    "points": lambda stores: stores.metrics.points(MetricQuery()),
    "names": lambda stores: stores.metrics.names(),
    "activity": lambda stores: stores.services.activity(0),
}


@pytest.fixture(params=QUESTIONS)
def question(request: pytest.FixtureRequest) -> Callable[[Stores], Any]:
    return QUESTIONS[request.param]


def test_nobody_there(http: HttpClient, question: Callable[[Stores], Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(NotReady, match=f"at {re.escape(url)}/.* does not answer") as error:
        question(open_remote_stores(RemoteEndpoints(url, url, url), http))
    assert error.value.hint == "phoenix-dev status"


NO_ANSWERS = [
    (500, b"boom \x1b[31m\n  twice", "answered 500: boom"),
    (503, b"", "answered 503$"),
    (400, b"parse error", "answered 400: parse error"),
    (302, b"", "answered 302"),
    (200, b"", "not JSON|a form that is not known"),
    (200, b"<html>", "not JSON|a form that is not known"),
    (200, b"[" * 100_000, "not JSON|a form that is not known"),
    (200, b'{"data": 1e999', "not JSON|a form that is not known"),
    (200, b"\xff\xfe", "not JSON|a form that is not known"),
]


def test_answers_that_are_none(backend: Answering, stores: Stores, question: Callable[[Stores], Any]) -> None:
    for status, body, told in NO_ANSWERS:
        backend.answers(status, body)
        with pytest.raises(NotReady, match=told) as error:
            question(stores)
        assert backend.url in error.value.message


def test_only_of_a_trace_does_404_say_that_there_is_none(
    backend: Answering, stores: Stores, question: Callable[[Stores], Any]
) -> None:
    backend.answer = lambda _: (404, b"not here")
    if question in (QUESTIONS["spans"], QUESTIONS["trace of a trace ID"]):
        assert len(question(stores)) == 0
        return
    with pytest.raises(NotReady, match="answered 404: not here"):
        question(stores)


HOSTILE_JSON: list[Any] = [
    None,
    [],
    {},
    0,
    "text",
    {"data": None},
    {"data": {}},
    {"data": []},
    {"data": [None]},
    {"data": [{"traceID": 7}]},
    {"data": [{"traceID": "../../x"}]},
    {"data": ["a", 7, None]},
    {"data": {"result": None}},
    {"data": {"result": [None]}},
    {"data": {"result": [{"stream": None, "metric": None, "values": [[]]}]}},
    {"data": {"result": [{"stream": {}, "metric": {}, "values": [["x", "y"]]}]}},
    {"data": {"result": [{"stream": {}, "metric": {}, "values": [["NaN", "NaN"]]}]}},
    {"data": {"result": [{"stream": {}, "metric": {}, "values": [["1e400", "1"]]}]}},
    {"data": {"result": [{"stream": {"a": 1}, "metric": {"a": 1}, "values": [[1, 2, 3]]}]}},
    {"data": {"result": [{"stream": {"a": []}, "metric": {}, "values": [["1", "2", {"structuredMetadata": 7}]]}]}},
    {"result": {"resourceSpans": 7}},
    {"result": {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "zz"}]}]}]}},
    {"result": None},
    {"result": {"resourceSpans": [{}]}, "more": 1},
]


def test_answers_of_another_form_are_refused_or_understood_but_never_fall_through(
    backend: Answering, stores: Stores, question: Callable[[Stores], Any]
) -> None:
    refused = 0
    for answer in HOSTILE_JSON:
        backend.answers(200, json.dumps(answer).encode())
        try:
            question(stores)
        except NotReady:
            refused += 1
    assert refused >= 10


def test_an_answer_without_end_is_not_read_to_its_end(
    backend: Answering, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "MOST_BYTES", 2**20)
    backend.answer = lambda _: (200, b" " * (2**20 + 1))
    with pytest.raises(NotReady, match="more than 1 MiB"):
        Backend("Loki", backend.url, http).get_json("/x")


def test_a_backend_that_never_answers(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        http.timeout = 0.2
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NotReady, match="did not answer in time"):
            Backend("Loki", url, http).get_json("/x")


def test_a_backend_that_hangs_up(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:

        def hang_up() -> None:
            connection, _ = rude.accept()
            connection.recv(100)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(NotReady, match="could not be asked"):
            Backend("Loki", f"http://127.0.0.1:{rude.getsockname()[1]}", http).get_json("/x")
        thread.join()


def test_what_a_backend_says_is_told_in_one_line_and_not_at_length(backend: Answering, http: HttpClient) -> None:
    backend.answer = lambda _: (500, b"a\nb\r\n" + b"c" * 10_000)
    with pytest.raises(NotReady) as error:
        Backend("Loki", backend.url, http).get_json("/x")
    assert "\n" not in error.value.message
    assert len(error.value.message) < 300


def test_a_trace_id_that_is_none_is_asked_of_nobody(backend: Answering, stores: Stores) -> None:
    assert stores.traces.trace_ids("trace", "../services") == ()
    assert stores.logs.of_traces(['" or 1="1']) == {}
    assert backend.asked == []
