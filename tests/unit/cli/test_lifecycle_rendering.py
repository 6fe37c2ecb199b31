"""What `status` shows for values that no real stack of a test would have."""

from __future__ import annotations

import json
from dataclasses import replace

from phoenix_dev.model.refusal import Refusal
from phoenix_dev.model.service import ServiceActivity
from phoenix_dev.model.stack import Component, Endpoints, Removal, StackStatus, StoredData
from phoenix_dev.render.stack import endpoint_lines, stack_json, status_lines

NOW = 1_760_000_000_000_000_000
SECOND = 10**9
HOSTILE = "\x1b[31mred\x1b[0m [bold]b[/] \u202eevil\x00\r\nline"

BUSY = StackStatus(
    "embedded",
    "development",
    "phoenix",
    "running",
    Endpoints("http://127.0.0.1:4317", "http://127.0.0.1:4318"),
    (Component("engine", "running", "healthy", 52_400_000, "process 4711, version 0.1.0"),),
    NOW - 200 * SECOND,
    StoredData(
        "/home/me/.local/state/phoenix-dev/projects/phoenix/telemetry.db",
        12_345_678,
        NOW - 7200 * SECOND,
        2 * 2**30,
        (
            Removal("llm-service", "size", 12_400, 0, 110_000_000, NOW - 240 * SECOND),
            Removal("", "age", 1, 1, 4_000, NOW - 7200 * SECOND),
        ),
    ),
    (
        ServiceActivity("api-gateway", 1204, 0, 2300, 120, NOW - 3 * SECOND),
        ServiceActivity("a-service-with-a-name-that-goes-on-and-on", 1_234_567, 88, 9_999_999, 0, NOW - 300 * SECOND),
    ),
    (
        Refusal("http", "", "no such path", "", 0, 1, NOW, NOW - 60 * SECOND, "127.0.0.1"),
        Refusal("grpc", "traces", "span without a span ID", "orchestrator", 12, 3, NOW, NOW - SECOND, "127.0.0.1"),
    ),
)


def shown(status: StackStatus, width: int | None = 80) -> list[str]:
    return [line.plain for line in status_lines(status, NOW, width=width)]


def test_a_busy_stack_on_80_columns() -> None:
    assert shown(BUSY) == [
        "● phoenix running since 2025-10-09T08:50:00Z, 3 min ago · embedded, development",
        "OTLP/HTTP  http://127.0.0.1:4318",
        "OTLP/gRPC  http://127.0.0.1:4317",
        "engine     healthy, 52.4 MB of memory, process 4711, version 0.1.0",
        "data       12.3 MB of 2.1 GB, the oldest 2 h ago, /home/me/.local/state/phoenix…",
        "removed    110 MB of llm-service, 12,400 traces: too much, last 4 min ago",
        "           4.0 kB, 1 trace (1 with an error): too old, last 2 h ago",
        "",
        "received in the last hour",
        "SERVICE                         SPANS    ERRORS      LOGS    POINTS  LAST",
        "api-gateway                     1,204         0     2,300       120  3 s ago",
        "a-service-with-a-name-that… 1,234,567      ✗ 88 9,999,999         0  5 min ago",
        "",
        "refused since the engine started",
        "✗ 3 × traces over grpc, 12 items, orchestrator, last 1 s ago",
        "  span without a span ID",
        "✗ 1 × requests over http, last 60 s ago",
        "  no such path",
    ]


def test_in_a_pipe_nothing_is_cut() -> None:
    assert any(line.endswith("/telemetry.db") for line in shown(BUSY, width=None))


def test_nothing_that_senders_wrote_reaches_the_terminal_raw() -> None:
    hostile = StackStatus(
        "embedded",
        "development",
        "phoenix",
        "degraded",
        received=(ServiceActivity(HOSTILE * 1000, 1, 1, 1, 1, NOW),),
        refused=(Refusal("http", "logs", HOSTILE, HOSTILE, 1, 1, NOW, NOW, HOSTILE),),
    )
    for line in shown(hostile, 80) + shown(hostile, None):
        assert line.isprintable() or line == ""
    assert all(len(line) <= 80 for line in shown(hostile, 80))
    assert "[bold]b[/]" in "".join(shown(hostile, None))


def test_of_many_reasons_the_newest_are_shown_and_json_has_all() -> None:
    reasons = tuple(Refusal("http", "logs", f"reason {number}", "", 0, 1, NOW, NOW) for number in range(12))
    status = replace(BUSY, refused=reasons)
    told = [line for line in shown(status) if "reason" in line]
    assert told == [f"  reason {number}" for number in (11, 10, 9, 8, 7)] + ["… and for 7 other reasons: status --json"]
    assert len(stack_json(status)["refused"]) == 12


def test_a_reason_that_concerns_many_services_is_told_once() -> None:
    full = Refusal("http", "logs", "the disk is full", "b", 0, 9, NOW, NOW - SECOND, services=("a", "b", "c"))
    assert "✗ 9 × logs over http, b and 2 other services, last 1 s ago" in shown(replace(BUSY, refused=(full,)))
    assert stack_json(replace(BUSY, refused=(full,)))["refused"][0]["services"] == ["a", "b", "c"]
    unread = replace(full, service="")
    assert "✗ 9 × logs over http, 3 services, last 1 s ago" in shown(replace(BUSY, refused=(unread,)))


def test_a_component_that_is_ill_is_marked_without_colour() -> None:
    ill = StackStatus(
        "embedded",
        "development",
        "phoenix",
        "degraded",
        components=(Component("engine", "running", "unhealthy", 0, "process 1 does not answer"),),
    )
    assert shown(ill)[:2] == [
        "✗ phoenix degraded · embedded, development",
        "engine     ✗ running, process 1 does not answer",
    ]


def test_json_has_the_same_values_as_the_lines() -> None:
    document = json.loads(json.dumps(stack_json(BUSY)))
    assert document["since"] == "2025-10-09T08:50:00.000000000Z"
    assert document["data"]["limit_bytes"] == 2_147_483_648
    assert [(one["service"], one["reason"]) for one in document["data"]["removed"]] == [
        ("llm-service", "size"),
        ("", "age"),
    ]
    assert document["data"]["removed"][0]["last"] == "2025-10-09T08:49:20.000000000Z"
    assert document["data"]["oldest"] == "2025-10-09T06:53:20.000000000Z"
    assert [entry["service"] for entry in document["received"]] == [a.service for a in BUSY.received]
    assert document["received"][0]["last"] == "2025-10-09T08:53:17.000000000Z"
    assert document["refused"][1]["reason"] == "span without a span ID"
    assert document["refused"][1]["items"] == 12


def test_json_leaves_no_key_out() -> None:
    nothing = stack_json(StackStatus("embedded", "development", "phoenix", "stopped"))
    assert nothing["since"] == ""
    assert nothing["endpoints"] == {"otlp_grpc": "", "otlp_http": "", "ui": ""}
    assert nothing["data"] == {"path": "", "size_bytes": 0, "oldest": "", "limit_bytes": 0, "removed": []}
    assert (nothing["components"], nothing["received"], nothing["refused"]) == ([], [], [])
    assert set(nothing) == set(stack_json(BUSY))


def test_endpoints_that_are_not_there_are_not_shown() -> None:
    assert list(endpoint_lines(Endpoints(otlp_http="http://127.0.0.1:1"))) == ["OTLP/HTTP  http://127.0.0.1:1"]


REAL = StackStatus(
    "compose",
    "development",
    "phoenix",
    "degraded",
    Endpoints(
        "http://127.0.0.1:4317",
        "http://127.0.0.1:4318",
        "http://127.0.0.1:16686",
        jaeger="http://127.0.0.1:16686",
        alertmanager="http://127.0.0.1:9093",
    ),
    (
        Component("jaeger", "running", "healthy", 26_000_000, "jaegertracing/jaeger:2.13.0", 0, 147_000),
        Component("loki", "starting", "unhealthy", 0, f"the container {HOSTILE} ended", 4, 0),
        Component("grafana", "stopped", "unhealthy", detail="its image is missing"),
    ),
    NOW - 200 * SECOND,
    StoredData("the volumes phoenix_logs, phoenix_traces", 1_400_000),
    refused=(Refusal("", "logs", "the queue to loki was full", "", 12, 0, NOW, NOW - SECOND),),
)


def test_the_real_stack_has_a_line_a_part() -> None:
    lines = shown(REAL, width=120)
    assert lines[1:4] == [
        "OTLP/HTTP     http://127.0.0.1:4318",
        "OTLP/gRPC     http://127.0.0.1:4317",
        "Jaeger        http://127.0.0.1:16686",
    ]
    assert "jaeger     healthy, 26.0 MB of memory, 147 kB on disk, jaegertracing/jaeger:2.13.0" in lines
    assert any(
        line.startswith("loki       ✗ starting, restarted 4 times, the container \\x1b[31mred") for line in lines
    )
    assert "grafana    ✗ stopped, its image is missing" in lines
    assert lines[-3:] == [
        "refused or dropped since the collector started",
        "✗ logs were taken and then dropped, 12 items, last 1 s ago",
        "  the queue to loki was full",
    ]


def test_the_real_stack_in_json_has_all_its_addresses_and_what_each_part_knows() -> None:
    document = json.loads(json.dumps(stack_json(REAL)))
    assert document["endpoints"]["jaeger"] == "http://127.0.0.1:16686"
    assert document["endpoints"]["grafana"] == document["endpoints"]["loki"] == ""
    jaeger, _, grafana = document["components"]
    assert (jaeger["restarts"], jaeger["data_bytes"]) == (0, 147_000)
    assert grafana.keys() == jaeger.keys() >= {"name", "state", "health", "memory_bytes", "detail"}
    assert document["refused"][0]["protocol"] == ""
