"""Expressions of PromQL as Prometheus is asked them, and what is made of its answers."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.errors import NotReady, UsageError
from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.unit.backends.answering import Answering

S = 10**9


def says(kind: str, result: Any) -> bytes:
    return json.dumps({"status": "success", "data": {"resultType": kind, "result": result}}).encode()


def refuses(error: str) -> bytes:
    return json.dumps({"status": "error", "errorType": "bad_data", "error": error}).encode()


def test_values_come_back_with_labels_times_and_every_kind_of_number(backend: Answering, stores: Stores) -> None:
    one = {"metric": {"__name__": "up", "job": "b"}, "value": [5.123, "NaN"]}
    two = {"metric": {"__name__": "up", "job": "a"}, "value": [5.123, "+Inf"]}
    backend.answers(200, says("vector", [one, two]))
    first, second = stores.metrics.query("up", 5 * S + 123_999_999)
    assert (first.labels, first.samples) == ({"__name__": "up", "job": "a"}, ((5 * S + 123 * 10**6, math.inf),))
    assert math.isnan(second.samples[0][1])
    assert backend.asked[0].params == {"query": "up", "time": "5.123"}
    assert [series.labels["job"] for series in stores.metrics.query("sort(up)", 0)] == ["b", "a"]


def test_native_histograms_are_no_values(backend: Answering, stores: Stores) -> None:
    backend.answers(200, says("vector", [{"metric": {"a": "b"}, "histogram": [5, {"count": "1"}]}]))
    assert stores.metrics.query("x", 0) == ()
    backend.answers(200, says("matrix", [{"metric": {"a": "b"}, "histograms": [[5, {"count": "1"}]]}]))
    assert stores.metrics.query_range("x", 0, S, S) == ()


def test_a_scalar_has_no_labels_and_a_text_is_no_value(backend: Answering, stores: Stores) -> None:
    backend.answers(200, says("scalar", [1, "2"]))
    (series,) = stores.metrics.query("2", S)
    assert (series.labels, series.samples) == ({}, ((S, 2.0),))
    backend.answers(200, says("string", [1, "text"]))
    with pytest.raises(WrongExpression, match="a text"):
        stores.metrics.query('"text"', S)


def test_a_range_is_asked_for_in_whole_milliseconds(backend: Answering, stores: Stores) -> None:
    backend.answers(200, says("matrix", [{"metric": {"a": "b"}, "values": [[1, "2"], [1.25, "-Inf"]]}]))
    (series,) = stores.metrics.query_range("x", S + 7, 2 * S, 250 * 10**6)
    assert series.samples == ((S, 2.0), (S + 250 * 10**6, -math.inf))
    assert backend.asked[0].params == {"query": "x", "start": "1.000", "end": "2.000", "step": "0.250"}


@pytest.mark.parametrize(("until", "step"), [(0, S), (11_002 * S, S), (9 * S, 10**6 - 1)])
def test_ranges_that_nobody_can_answer_are_not_asked_for(
    backend: Answering, stores: Stores, until: int, step: int
) -> None:
    with pytest.raises(UsageError, match="time range"):
        stores.metrics.query_range("x", S, until, step)
    assert backend.asked == []


@pytest.mark.parametrize(
    ("status", "error", "place"),
    [
        (400, 'invalid parameter "query": 2:7: parse error: unexpected identifier', (2, 7)),
        (400, 'invalid parameter "query": unknown position: parse error: no expression', (0, 0)),
        (422, "many-to-many matching not allowed", (0, 0)),
    ],
)
def test_a_wrong_expression_is_its_writers_error(
    backend: Answering, stores: Stores, status: int, error: str, place: tuple[int, int]
) -> None:
    backend.answers(status, refuses(error))
    with pytest.raises(WrongExpression, match=error.rpartition(": ")[2]) as wrong:
        stores.metrics.query("x", 0)
    assert (wrong.value.line, wrong.value.column) == place
    with pytest.raises(WrongExpression):
        stores.metrics.query_range("x", 0, S, S)
    with pytest.raises(WrongExpression):
        stores.metrics.exemplars("x", 0, S)


@pytest.mark.parametrize(("status", "body"), [(503, refuses("timed out")), (400, b"?"), (422, b"[]"), (200, b"{}")])
def test_a_prometheus_that_cannot_answer_is_not_its_writers_error(
    backend: Answering, stores: Stores, status: int, body: bytes
) -> None:
    backend.answers(status, body)
    with pytest.raises(NotReady, match="Prometheus"):
        stores.metrics.query("x", 0)


def test_exemplars_lead_to_traces_in_the_order_of_time(backend: Answering, stores: Stores) -> None:
    found = [{"labels": {"trace_id": t}, "value": "0.5", "timestamp": at} for t, at in (("b" * 32, 3.5), ("a" * 32, 2))]
    found.append({"labels": {}, "value": "9", "timestamp": 1})
    data = [{"seriesLabels": {"__name__": "x_bucket", "le": "1"}, "exemplars": found}]
    backend.answers(200, json.dumps({"status": "success", "data": data}).encode())
    first, second = stores.metrics.exemplars("rate(x_bucket[5m])", S, 4 * S)
    assert (first.labels, first.time_ns, first.value, first.trace_id) == (
        {"__name__": "x_bucket", "le": "1"},
        2 * S,
        0.5,
        "a" * 32,
    )
    assert second.time_ns == 3 * S + 500 * 10**6
    assert backend.asked[0].params == {"query": "rate(x_bucket[5m])", "start": "1.000", "end": "4.000"}


def test_what_selects_nothing_has_no_exemplars(backend: Answering, stores: Stores) -> None:
    backend.answers(204, b"")
    assert stores.metrics.exemplars("vector(1)", 0, S) == ()
