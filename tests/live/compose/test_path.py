"""From an application to what can be read: soon, whole, and still there after `down` and `up`."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import otlp
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live.compose.by_hand import ByHand

APP = Path(__file__).parents[2] / "integration" / "plain_app.py"
COUNT = 30


def messages(stack: ByHand, query: str) -> list[str]:
    return sorted(value[1] for stream in stack.logs(query) for value in stream["values"])


def spans(resource_spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [span for group in resource_spans for scope in group["scopeSpans"] for span in scope["spans"]]


@pytest.mark.parametrize(("protocol", "port"), [("http", "OTLP_HTTP"), ("grpc", "OTLP_GRPC")])
def test_what_a_plain_sdk_sends_is_there_whole(stack: ByHand, protocol: str, port: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", str(APP), protocol, str(COUNT)],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": stack.url(port)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(told) == COUNT
    for line in told:
        wait_until(partial(arrived, stack, protocol, line), what=f"the request {line}")


def arrived(stack: ByHand, protocol: str, request: dict[str, Any]) -> bool:
    query = f'{{service_name="plain-{protocol}"}} | trace_id="{request["trace_id"]}"'
    names = sorted(span["name"] for span in spans(stack.trace(request["trace_id"])))
    return (names, messages(stack, query)) == (request["spans"], request["logs"])


def test_a_span_is_readable_after_two_fifths_of_a_second(stack: ByHand) -> None:
    def send(trace_id: str) -> None:
        stack.send("traces", otlp.traces("timed", otlp.span(trace_id, start=time.time_ns())))

    assert median_wait(send, stack.trace) <= 0.4


def test_a_log_is_readable_after_two_fifths_of_a_second(stack: ByHand) -> None:
    def send(trace_id: str) -> None:
        stack.send("logs", otlp.logs("timed", otlp.log("tick", trace_id=trace_id, time=time.time_ns())))

    assert median_wait(send, lambda trace_id: stack.logs(f'{{service_name="timed"}} | trace_id="{trace_id}"')) <= 0.4


def median_wait(send: Callable[[str], None], read: Callable[[str], object], times: int = 11) -> float:
    """Seconds from before sending to readable."""
    waits = []
    for trace_id in (otlp.new_trace_id() for _ in range(times)):
        start = time.monotonic()
        send(trace_id)
        wait_until(partial(read, trace_id))
        waits.append(time.monotonic() - start)
    return statistics.median(waits)


def test_all_of_it_survives_down_and_up(stack: ByHand) -> None:
    failed, service = otlp.new_trace_id(), f"lasting-{otlp.new_span_id()}"
    stack.send("traces", otlp.traces(service, otlp.span(failed, start=time.time_ns(), error="no")))
    stack.send("logs", otlp.logs(service, otlp.log("lasting", trace_id=failed, time=time.time_ns())))
    stack.send("metrics", otlp.metrics(service, otlp.gauge("tests.lasting", 1, time=time.time_ns())))
    metric = f'last_over_time(tests_lasting_ratio{{service_name="{service}"}}[10m])'
    line = f'{{service_name="{service}"}} | trace_id="{failed}"'
    wait_until(lambda: stack.prometheus("query", query=metric)["result"])
    for round_trip in ("before", "after"):
        wait_until(lambda: len(spans(stack.trace(failed))) == 1, what=f"the trace {round_trip}")
        wait_until(lambda: len(spans(stack.error_trace(failed))) == 1, 20, what=f"its copy {round_trip}")
        wait_until(lambda: messages(stack, line) == ["lasting"], what=f"its log {round_trip}")
        wait_until(lambda: stack.prometheus("query", query=metric)["result"], what=f"the metric {round_trip}")
        if round_trip == "before":
            start = time.monotonic()
            stack.compose("down")
            assert time.monotonic() - start < 15
            stack.up()


def test_what_is_acknowledged_outlives_a_collector_that_is_killed_while_nobody_takes_it(stack: ByHand) -> None:
    traces = [otlp.new_trace_id() for _ in range(50)]
    stack.compose("stop", "jaeger", "loki")
    for trace_id in traces:
        stack.send("traces", otlp.traces("lasting", otlp.span(trace_id, start=time.time_ns())))
        stack.send("logs", otlp.logs("lasting", otlp.log("kept", trace_id=trace_id, time=time.time_ns())))
    stack.compose("kill", "--signal", "KILL", "otel-collector")
    stack.up()
    for trace_id in traces:
        wait_until(partial(whole, stack, trace_id), 30, what="a span and its log")


def whole(stack: ByHand, trace_id: str) -> bool:
    query = f'{{service_name="lasting"}} | trace_id="{trace_id}"'
    return len(spans(stack.trace(trace_id))) == 1 and messages(stack, query) == ["kept"]
