"""Whatever an ID is called where it comes from, it is found under one name, and what was sent stays."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.model.identifier import CORRELATION_KEYS, REQUEST_KEYS
from tests import otlp
from tests.live.compose.by_hand import attributes, only_span
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.compose.by_hand import ByHand

NAME = dict.fromkeys(CORRELATION_KEYS, "correlation_id") | dict.fromkeys(REQUEST_KEYS, "request_id")


@pytest.fixture(scope="module")
def sent(stack: ByHand) -> dict[str, str]:
    """The trace of each key: a span with it, a log with it, a log with it in a structured body."""
    traces = {key: otlp.new_trace_id() for key in NAME}
    now = time.time_ns()
    stack.send(
        "traces", otlp.traces("ids", *(otlp.span(t, start=now, attributes={k: f"of {k}"}) for k, t in traces.items()))
    )
    records = []
    ids: dict[str, Any]
    for key, trace_id in traces.items():
        ids = {key: f"of {key}"}
        records.append(otlp.log("plain", trace_id=trace_id, time=now, **ids))
        records.append(otlp.log(ids, trace_id=trace_id, time=now))
    stack.send("logs", otlp.logs("ids", *records))
    return traces


@pytest.mark.parametrize("key", NAME)
def test_on_a_span(stack: ByHand, sent: dict[str, str], key: str) -> None:
    found = attributes(only_span(wait_until(lambda: stack.trace(sent[key]))))
    assert found == {key: f"of {key}", NAME[key]: f"of {key}"}


@pytest.mark.parametrize("key", NAME)
def test_on_a_log(stack: ByHand, sent: dict[str, str], key: str) -> None:
    wanted = f'{{service_name="ids"}} | trace_id="{sent[key]}" | {NAME[key]}="of {key}"'

    def lines() -> list[str]:
        return sorted(value[1] for stream in stack.logs(wanted) for value in stream["values"])

    wait_until(lambda: lines() == ["plain", f'{{"{key}":"of {key}"}}'], what="both lines")


def test_a_captured_header_is_a_list_of_one(stack: ByHand) -> None:
    trace_id, key = otlp.new_trace_id(), "http.request.header.x-correlation-id"
    stack.send("traces", otlp.traces("ids", otlp.span(trace_id, start=time.time_ns(), attributes={key: ["abc"]})))
    found = attributes(only_span(wait_until(lambda: stack.trace(trace_id))))
    assert found["correlation_id"] == "abc"


def test_a_name_of_ones_own_is_not_overwritten(stack: ByHand) -> None:
    trace_id = otlp.new_trace_id()
    both = {"x-correlation-id": "header", "correlation_id": "own"}
    stack.send("traces", otlp.traces("ids", otlp.span(trace_id, start=time.time_ns(), attributes=both)))
    assert attributes(only_span(wait_until(lambda: stack.trace(trace_id)))) == both


def test_the_environment_is_development_where_none_is_told(stack: ByHand) -> None:
    told: dict[str, dict[str, Any]] = {
        "development": {},
        "staging": {"deployment.environment.name": "staging"},
        "old-style": {"deployment.environment": "old-style"},
    }
    for expected, resource in told.items():
        trace_id = otlp.new_trace_id()
        spans = otlp.traces("ids", otlp.span(trace_id, start=time.time_ns()))
        records = otlp.logs("ids", otlp.log("where", trace_id=trace_id, time=time.time_ns()))
        for group in (spans.resource_spans[0], records.resource_logs[0]):
            group.resource.attributes.extend(otlp.pairs(resource))
        stack.send("traces", spans)
        stack.send("logs", records)
        found = wait_until(partial(stack.trace, trace_id))
        assert attributes(found[0]["resource"])["deployment.environment.name"] == expected
        (stream,) = wait_until(partial(stack.logs, f'{{service_name="ids"}} | trace_id="{trace_id}"'))
        assert stream["stream"] == {"service_name": "ids", "deployment_environment_name": expected}


def test_ids_are_no_labels_and_process_and_host_are_not_on_each_log(stack: ByHand) -> None:
    trace_id = otlp.new_trace_id()
    ids: dict[str, Any] = {"correlation_id": "c-1", "request_id": "r-1"}
    export = otlp.logs(
        "ids", otlp.log("noise", trace_id=trace_id, span_id="00f067aa0ba902b7", time=time.time_ns(), **ids)
    )
    noise = {
        "process.pid": 7,
        "process.command_args": ["a", "b"],
        "host.id": "h",
        "os.type": "linux",
        "telemetry.sdk.name": "opentelemetry",
    }
    kept = {"service.version": "1.0", "team": "search"}
    export.resource_logs[0].resource.attributes.extend(otlp.pairs(noise | kept))
    stack.send("logs", export)
    (stream,) = wait_until(lambda: stack.logs(f'{{service_name="ids"}} | trace_id="{trace_id}"'))
    assert stream["stream"] == {"service_name": "ids", "deployment_environment_name": "development"}
    ((_, line, beside),) = stream["values"]
    assert line == "noise"
    assert beside["structuredMetadata"] == ids | {
        "trace_id": trace_id,
        "span_id": "00f067aa0ba902b7",
        "service_version": "1.0",
        "team": "search",
        "severity_number": "9",
        "detected_level": "info",
        "scope_name": "tests",
    }
