"""`load` and `verify` on the embedded engine: what has to be so is, and what is not is told in a sentence."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

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
    with running_stack(tmp_path_factory.mktemp("proof")) as running:
        yield running


@pytest.fixture(scope="module")
def told(engine: RunningStack) -> dict[str, Any]:
    """What both commands printed, which ran beside each other: most of it is waiting for what is counted."""
    load = ("load", "--rate", "20", "--duration", "2s", "--seed", "5", "--fault", "llm-errors", "--fault-every", "4")
    with ExitStack() as at_the_end:
        at_the_end.callback(engine.run, "demo", "stop")
        engine.run("demo", "start")
        running = {name: start(engine, *args, "--json") for name, args in (("load", load), ("verify", ("verify",)))}
        for one in running.values():
            at_the_end.callback(one.kill)
        ended = {name: one.communicate(timeout=60) for name, one in running.items()}
    told = {name: json.loads(out) for name, (out, _) in ended.items()}
    # A machine that is too busy to keep the rate is told as well; all else has to be so on any.
    codes = [0 if told["load"]["rate_kept"] else 4, 0]
    assert [one.returncode for one in running.values()] == codes, ended
    return told


def start(engine: RunningStack, *args: str) -> Any:
    return CommandLine().start("--project", engine.project, *args, env={"PHOENIX_DEV_HOME": str(engine.home)})


def test_what_was_counted_is_what_was_sent(told: dict[str, Any]) -> None:
    load = told["load"]
    assert load["sent"] == load["answered"] == load["plan"]["requests"] > 20
    assert 0 < load["errors"] < load["sent"] / 4 + 1
    assert [one["met"] for one in load["comparisons"]] == [True] * 4
    assert load["entry"] == {"service": "api-gateway", "operation": "POST /api/process"}


def test_a_request_that_nobody_made_goes_through_every_pipe_and_every_way_leads_on(
    told: dict[str, Any], engine: RunningStack
) -> None:
    verify = told["verify"]
    hops = {hop["name"]: hop["state"] for hop in verify["hops"]}
    assert [name for name, state in hops.items() if state != "proven"] == []
    assert {"otlp_grpc_span", "trace", "log", "metric", "span_metrics", "exemplar_to_trace", "page"} <= set(hops)
    assert {"alertmanager", "grafana"}.isdisjoint(hops)
    (trace,) = engine.run("trace", verify["correlation_id"], "--json").json()["traces"]
    assert trace["trace_id"] == verify["trace_id"]
    assert {span["name"] for span in trace["spans"]} == {"verify", "verify/inner"}


def test_a_pipe_that_is_broken_is_named_and_what_needs_it_is_not_tried(engine: RunningStack) -> None:
    record = project_folder(engine.home, engine.project) / "runtime.json"
    before = record.read_text(encoding="utf-8")
    record.write_text(json.dumps({**json.loads(before), "grpc_port": free_port()}), encoding="utf-8")
    try:
        ran = run(engine, "verify", "--timeout", "1")
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


def test_nothing_is_sent_where_it_would_be_in_vain(engine: RunningStack) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    for args, code, words in (
        (("load",), 3, "The demo system is not running"),
        (("load", nobody), 1, "nothing listens there"),
        (("load", nobody, "--rate", "1000", "--duration", "1d"), 2, "more than 1,000,000 requests"),
        (("load", nobody, "--fault", "llm-errors"), 2, "--fault is for the demo"),
        (("load", "-d", "{}"), 2, "-H and -d are for a URL"),
        (("load", nobody, "-H", f"traceparent: 00-{'1' * 32}-{'2' * 16}-01"), 2, "one trace of all requests"),
        (("load", "http://me:secret@localhost/"), 2, "the URL holds a name and a password"),
    ):
        ran = run(engine, *args)
        assert (ran.code, ran.stdout) == (code, ""), args
        assert words in ran.stderr
        assert "secret" not in ran.stderr


def run(engine: RunningStack, *args: str) -> Ran:
    return CommandLine()("--project", engine.project, *args, env={"PHOENIX_DEV_HOME": str(engine.home)})


def test_nothing_is_proven_where_nothing_runs() -> None:
    ran = CommandLine()("verify")
    assert ran.code == 3
    assert "hint: phoenix-dev up" in ran.stderr
