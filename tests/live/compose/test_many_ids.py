"""Ten thousand correlation IDs within a minute: none is refused, each is found, and none becomes a label."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.usecases.find_request import find_request
from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from tests.live.compose.by_hand import ByHand

COUNT = 10_000
AN_EXPORT = 200
DRAWN = 25
SERVICE = f"many-{otlp.new_span_id()}"
LINES = f'sum(count_over_time({{service_name="{SERVICE}"}}[1h]))'
SPANS = f'sum(traces_span_metrics_calls_total{{service_name="{SERVICE}"}})'


@pytest.fixture(scope="module")
def sent(stack: ByHand) -> dict[str, str]:
    """The trace ID by correlation ID, once all of it can be read."""
    start = time.monotonic()
    traces = {f"order-{otlp.new_span_id()}": otlp.new_trace_id() for _ in range(COUNT)}
    pairs = list(traces.items())
    for first in range(0, COUNT, AN_EXPORT):
        some, now = pairs[first : first + AN_EXPORT], time.time_ns()
        spans = (otlp.span(trace, start=now, attributes={"correlation_id": order}) for order, trace in some)
        lines = (otlp.log("taken", trace_id=trace, time=now, correlation_id=order) for order, trace in some)
        stack.send("traces", otlp.traces(SERVICE, *spans))
        stack.send("logs", otlp.logs(SERVICE, *lines))
    assert time.monotonic() - start < 60, "more than ten thousand a minute"
    wait_until(lambda: _value(stack, "LOKI", "/loki/api/v1/query", LINES) == COUNT, 60, what="every line")
    wait_until(lambda: _value(stack, "PROMETHEUS", "/api/v1/query", SPANS) == COUNT, 60, what="every span counted")
    wait_until(lambda: len(stack.trace_ids(SERVICE, 2 * COUNT)) == COUNT, 60, what="every trace")
    return traces


def test_each_finds_its_span_and_its_log(sent: dict[str, str], stores: Stores) -> None:
    for order in random.Random(6).sample(sorted(sent), DRAWN):
        found = find_request(stores, order)
        assert [trace.trace_id for trace in found.traces] == [sent[order]]
        assert [span.attributes["correlation_id"] for span in found.traces[0].spans] == [order]
        assert [record.correlation_id for record in found.all_logs] == [order]


def test_jaeger_has_every_trace(sent: dict[str, str], stack: ByHand) -> None:
    assert stack.trace_ids(SERVICE, 2 * COUNT) == set(sent.values())


def test_loki_has_one_stream_of_them(sent: dict[str, str], stack: ByHand) -> None:
    asked = {"match[]": f'{{service_name="{SERVICE}"}}'}
    (labels,) = stack.http.get(f"{stack.url('LOKI')}/loki/api/v1/series", params=asked).json()["data"]
    assert set(labels) == {"service_name", "deployment_environment_name"}


def test_prometheus_has_the_series_of_one_operation(sent: dict[str, str], stack: ByHand) -> None:
    assert 0 < _value(stack, "PROMETHEUS", "/api/v1/query", f'count({{service_name="{SERVICE}"}})') < 30
    assert not [label for label in stack.prometheus("labels") if "correlation" in label]


def _value(stack: ByHand, port: str, path: str, query: str) -> float:
    result = stack.http.get(stack.url(port) + path, params={"query": query}).json()["data"]["result"]
    return float(result[0]["value"][1]) if result else 0
