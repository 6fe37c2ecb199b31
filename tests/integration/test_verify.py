"""`verify` on the embedded engine: what has to be so is, and what is not is told in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.home import project_folder
from tests.ports import free_port
from tests.running import CommandLine
from tests.stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.running import Ran
    from tests.stack import RunningStack


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("verify")) as running:
        yield running


def verify(engine: RunningStack, *args: str) -> Ran:
    env = {"PHOENIX_DEV_HOME": str(engine.home)}
    return CommandLine()("--project", engine.project, "verify", "--timeout", "2", *args, env=env)


def test_a_request_that_nobody_made_is_found_by_each_of_its_ids_and_leads_on(engine: RunningStack) -> None:
    told = verify(engine, "--json").json()
    hops = {hop["name"]: hop for hop in told["hops"]}
    assert {"otlp_grpc_span", "trace", "log", "metric", "correlation_id", "request_id", "log_to_trace", "page"} <= {
        name for name, hop in hops.items() if hop["state"] == "proven"
    }
    assert {"alertmanager", "grafana"}.isdisjoint(hops)
    shown = engine.run("trace", told["correlation_id"], "--json").json()
    (trace,) = shown["traces"]
    assert trace["trace_id"] == told["trace_id"]
    assert {span["name"] for span in trace["spans"]} == {"verify", "verify/inner"}
    assert trace["services"] == ["phoenix-dev-verify"]


def test_a_pipe_that_is_broken_is_named_and_what_needs_it_is_not_tried(engine: RunningStack) -> None:
    record = project_folder(engine.home, engine.project) / "runtime.json"
    before = record.read_text(encoding="utf-8")
    record.write_text(json.dumps({**json.loads(before), "grpc_port": free_port()}), encoding="utf-8")
    try:
        ran = verify(engine)
    finally:
        record.write_text(before, encoding="utf-8")
    assert ran.code == 4
    lines = {line[2:].split("  ")[0]: line for line in ran.stdout.splitlines()}
    assert lines["OTLP/gRPC takes a span"].startswith("✗ ")
    assert "UNAVAILABLE" in lines["OTLP/gRPC takes a span"]
    assert lines["OTLP/HTTP takes a span"].startswith("✓ ")
    assert "it needs that OTLP/gRPC takes a span" in lines["the trace is read by its ID"]
    assert lines["the log is read by the trace ID"].startswith("✓ ")
    assert "error: OTLP/gRPC takes a span: that is not so, " in ran.stderr
    assert "hint: phoenix-dev --project phoenix status" in ran.stderr


def test_nothing_is_proven_where_nothing_runs() -> None:
    ran = CommandLine()("verify")
    assert ran.code == 3
    assert "hint: phoenix-dev up" in ran.stderr
