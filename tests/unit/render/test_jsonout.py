"""The JSON shapes that scripts rely on."""

from __future__ import annotations

import json
from dataclasses import replace

from phoenix_dev.model.service import ServiceActivity
from phoenix_dev.model.span import SpanEvent, SpanLink, TraceSummary
from phoenix_dev.render.jsonout import log_json, request_json, services_json, trace_page_json
from phoenix_dev.render.output import json_text
from phoenix_dev.stores.traces import TracePage
from tests.unit.render.samples import T0, TRACE_ID, log, request, span, trace


def test_a_request() -> None:
    one = span(
        1,
        0,
        "a",
        "op",
        0,
        1.5,
        "server",
        "error",
        status_message="no",
        attributes={
            "correlation_id": "c1",
            "n": 1,
            "f": 1.5,
            "b": True,
            "none": None,
            "list": ["x"],
            "map": {"k.v": 1},
        },
        events=(SpanEvent(T0 + 7, "exception", {"exception.type": "E"}),),
        links=(SpanLink("ab" * 16, "cd" * 8, {"why": "batch"}),),
    )
    record = log(1, "a", "WARN", "slow", 1, attributes={"duration_ms": 3})
    loose = replace(record, trace_id="", span_id="", severity_number=0)
    found = request(trace([one], [record]), logs=[loose], typed="As-Typed", kind="correlation")
    log_of_trace = {
        "timestamp": "2026-10-05T04:05:06.001000000Z",
        "level": "WARN",
        "severity_number": 13,
        "service": "a",
        "message": "slow",
        "trace_id": TRACE_ID,
        "span_id": "0000000000000001",
        "correlation_id": "abcdef-123456",
        "request_id": "req-123-456",
        "attributes": {"duration_ms": 3},
        "resource": {"service.name": "a"},
        "scope": "sample",
    }
    assert json.loads(json_text(request_json(found))) == {
        "id": "As-Typed",
        "traces": [
            {
                "trace_id": TRACE_ID,
                "start": "2026-10-05T04:05:06.000000000Z",
                "duration_ms": 1.5,
                "services": ["a"],
                "error": True,
                "correlation_ids": ["c1", "abcdef-123456"],
                "spans": [
                    {
                        "span_id": "0000000000000001",
                        "parent_span_id": "",
                        "service": "a",
                        "name": "op",
                        "kind": "server",
                        "start": "2026-10-05T04:05:06.000000000Z",
                        "duration_ms": 1.5,
                        "status": "error",
                        "status_message": "no",
                        "attributes": {
                            "correlation_id": "c1",
                            "n": 1,
                            "f": 1.5,
                            "b": True,
                            "none": None,
                            "list": ["x"],
                            "map": {"k.v": 1},
                        },
                        "resource": {"service.name": "a"},
                        "scope": "sample",
                        "events": [
                            {
                                "time": "2026-10-05T04:05:06.000000007Z",
                                "name": "exception",
                                "attributes": {"exception.type": "E"},
                            }
                        ],
                        "links": [{"trace_id": "ab" * 16, "span_id": "cd" * 8, "attributes": {"why": "batch"}}],
                    }
                ],
                "logs": [log_of_trace],
            }
        ],
        "logs": [log_of_trace | {"trace_id": "", "span_id": "", "level": "", "severity_number": 0}],
    }


def test_what_json_cannot_say_is_said_as_in_otlp() -> None:
    values = {"bytes": b"\x00\xff", "nan": float("nan"), "up": float("inf"), "down": [float("-inf")], "in": {"b": b"a"}}
    record = log(0, "a", "INFO", "m", attributes=values)
    assert json.loads(json_text(log_json(record)))["attributes"] == {
        "bytes": "AP8=",
        "nan": "NaN",
        "up": "Infinity",
        "down": ["-Infinity"],
        "in": {"b": "YQ=="},
    }


def test_a_correlation_id_is_found_in_any_usual_spelling() -> None:
    spellings = [{"correlationId": "one"}, {"http.request.header.x-correlation-id": ["two"]}, {"x-correlation-id": 3}]
    spans = [span(n + 1, 0, "a", "op", n, 1, attributes=attributes) for n, attributes in enumerate(spellings)]
    assert request_json(request(trace(spans)))["traces"][0]["correlation_ids"] == ["one", "two", "3"]


def test_a_list_of_traces() -> None:
    page = TracePage((TraceSummary(TRACE_ID, T0, 1_500_000, "a", "op", 3, 2, False),), True)
    assert trace_page_json(page) == {
        "traces": [
            {
                "trace_id": TRACE_ID,
                "start": "2026-10-05T04:05:06.000000000Z",
                "duration_ms": 1.5,
                "root_service": "a",
                "root_name": "op",
                "span_count": 3,
                "service_count": 2,
                "error": False,
            }
        ],
        "truncated": True,
    }


def test_services() -> None:
    assert services_json([ServiceActivity("a", 5, 1, 4, 3, T0)]) == {
        "services": [
            {
                "service": "a",
                "spans": 5,
                "error_spans": 1,
                "logs": 4,
                "points": 3,
                "last": "2026-10-05T04:05:06.000000000Z",
            }
        ]
    }
