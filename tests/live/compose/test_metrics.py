"""Span metrics with exemplars, metrics that are sent, and a stack that watches itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests import otlp
from tests.live.compose.by_hand import READY
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand


def test_rate_errors_and_duration_come_from_all_spans_with_a_trace_to_look_at(stack: ByHand) -> None:
    service = f"measured-{otlp.new_span_id()}"
    traces = [otlp.new_trace_id() for _ in range(20)]
    attributes = {"http.route": "/orders", "http.request.method": "GET", "http.response.status_code": 200}
    stack.send(
        "traces",
        otlp.traces(
            service,
            *(
                otlp.span(
                    trace_id,
                    "GET /orders",
                    start=time.time_ns(),
                    ms=30 if number else 3000,
                    kind=2,
                    error="no" if number < 5 else None,
                    attributes=attributes,
                )
                for number, trace_id in enumerate(traces)
            ),
        ),
    )
    of = f'service_name="{service}",span_name="GET /orders",span_kind="SPAN_KIND_SERVER",http_route="/orders"'

    def value(expression: str) -> float | None:
        found = stack.prometheus("query", query=expression)["result"]
        return float(found[0]["value"][1]) if found else None

    for expression, number in (
        (f"sum(traces_span_metrics_calls_total{{{of}}})", 20),
        (f'traces_span_metrics_calls_total{{{of},status_code="STATUS_CODE_ERROR"}}', 5),
        (f'sum(traces_span_metrics_duration_seconds_bucket{{{of},le="0.05"}})', 19),
    ):
        wait_until(lambda asked=expression, wanted=number: value(asked) == wanted, what=expression)  # type: ignore[misc]
    now = time.time()

    def exemplars() -> set[str]:
        query = f"traces_span_metrics_duration_seconds_bucket{{{of}}}"
        found = stack.prometheus("query_exemplars", query=query, start=now - 600, end=now + 60)
        return {exemplar["labels"]["trace_id"] for series in found for exemplar in series["exemplars"]}

    shown = wait_until(exemplars)
    assert shown <= set(traces)


def test_another_version_of_a_service_is_seen_by_its_spans_while_the_first_still_runs(stack: ByHand) -> None:
    service = f"released-{otlp.new_span_id()}"
    for version in ("1", "2"):
        export = otlp.traces(service, otlp.span(otlp.new_trace_id(), start=time.time_ns()))
        export.resource_spans[0].resource.attributes.extend(otlp.pairs({"service.version": version}))
        stack.send("traces", export)
    for name in ("traces_span_metrics_calls_total", "target_info"):
        query = f'count by (service_version) ({name}{{service_name="{service}"}})'

        def versions(asked: str = query) -> list[str]:
            return sorted(one["metric"]["service_version"] for one in stack.prometheus("query", query=asked)["result"])

        wait_until(lambda: versions() == ["1", "2"], what=query)


def test_a_metric_that_is_sent_is_readable(stack: ByHand) -> None:
    service = f"sending-{otlp.new_span_id()}"
    stack.send("metrics", otlp.metrics(service, otlp.gauge("tests.temperature", 21.5, time=time.time_ns(), room="a")))
    query = f'tests_temperature_ratio{{service_name="{service}"}}'
    (series,) = wait_until(lambda: stack.prometheus("query", query=query)["result"])
    assert series["value"][1] == "21.5"
    assert series["metric"]["room"] == "a"
    assert series["metric"]["deployment_environment_name"] == "development"


def test_each_part_is_asked_for_its_metrics(stack: ByHand) -> None:
    def answering() -> set[str]:
        return {s["metric"]["job"] for s in stack.prometheus("query", query="up == 1")["result"]}

    # The inbox has none.
    wait_until(lambda: answering() == set(READY) - {"inbox"}, 90)


def test_alerts_reach_the_alertmanager(stack: ByHand) -> None:
    def known() -> list[str]:
        return [one["url"] for one in stack.prometheus("alertmanagers")["activeAlertmanagers"]]

    wait_until(known, what="an Alertmanager")  # some seconds after its start Prometheus knows of none
    assert known() == ["http://alertmanager:9093/api/v2/alerts"]
