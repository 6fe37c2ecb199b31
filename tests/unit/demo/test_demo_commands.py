"""`phoenix-dev demo` as typed, against a stack that really runs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.demo.catalogue import SERVICES
from phoenix_dev.demo.scenario import request_ids
from tests.integration.terminal import COLUMNS, cells, run_in_terminal
from tests.stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Invoke
    from tests.running import CommandLine
    from tests.stack import RunningStack


@pytest.fixture(scope="module")
def with_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack with the demo running; stopped at the end."""
    with running_stack(tmp_path_factory.mktemp("demo-commands")) as stack:
        stack.run("demo", "start")
        yield stack
        stack.run("demo", "stop")


@pytest.fixture
def demo(with_demo: RunningStack, run_cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line with the demo running."""
    monkeypatch.setenv("PHOENIX_DEV_HOME", str(with_demo.home))
    return run_cli


def test_without_a_stack_the_demo_says_what_to_run(run_cli: CommandLine) -> None:
    ran = run_cli("demo", "start")
    assert (ran.code, ran.stdout) == (3, "")
    assert "phoenix-dev up" in ran.stderr


def test_traffic_without_a_running_demo_says_what_to_run(run_cli: CommandLine) -> None:
    ran = run_cli("demo", "traffic")
    assert (ran.code, ran.stdout) == (3, "")
    assert "phoenix-dev demo start" in ran.stderr
    assert "Seed" not in ran.stderr, "nothing is sent, with this seed or another"


def test_stopping_nothing_is_no_error(run_cli: CommandLine) -> None:
    assert run_cli("demo", "stop").code == 0


@pytest.mark.parametrize("wrong", [("--fault", "fire"), ("--count", "0"), ("--fault-every", "0"), ("--seed", "-1")])
def test_wrong_usage_is_exit_2(invoke: Invoke, wrong: tuple[str, str]) -> None:
    assert invoke("demo", "traffic", *wrong).exit_code == 2


@pytest.mark.parametrize("wrong", [("slow-db", "--service", "llm-service"), ("gone", "--service", "nobody"), ("fire",)])
def test_a_fault_that_cannot_be_set_is_exit_2(invoke: Invoke, wrong: tuple[str, ...]) -> None:
    assert invoke("demo", "fault", "set", *wrong).exit_code == 2


@pytest.mark.parametrize("lost", [("--fault", "slow-llm"), ("--seed", "0")])
@pytest.mark.parametrize("below", ["start", "stop", "traffic"])
def test_what_is_typed_before_the_command_it_is_for_is_not_dropped(
    invoke: Invoke, lost: tuple[str, str], below: str
) -> None:
    ran = invoke("demo", *lost, below)
    assert ran.exit_code == 2
    assert f"before '{below}' would be lost" in ran.stderr
    assert f"hint: phoenix-dev demo {below} --help" in ran.stderr


def test_start_prints_where_each_service_answers_and_starting_again_changes_nothing(demo: CommandLine) -> None:
    again = demo("demo", "start")
    assert again.code == 0
    assert "already running" in again.stderr
    assert [line.split()[0] for line in again.stdout.splitlines()] == list(SERVICES)
    assert "seed" not in demo("demo", "start", "--seed", "0").stderr
    other = demo("demo", "start", "--seed", "9")
    assert other.code == 0
    assert "Its seed is 0 and stays so" in other.stderr
    assert "phoenix-dev demo stop && phoenix-dev demo start --seed 9" in other.stderr


def test_on_a_terminal_no_line_is_longer_than_it_and_ids_stand_whole(demo: CommandLine) -> None:
    again = run_in_terminal("demo", "start")
    assert again.code == 0
    assert [line.split()[-1] for line in again.lines[1:7]] == [f"{service}.log" for service in SERVICES]
    folder = again.lines[-1].removeprefix("Their logs are in ")
    assert (Path(folder) / again.lines[1].split()[-1]).is_file()
    traffic = run_in_terminal("demo", "traffic", "--seed", "5", "--fault", "lost-context")
    sent = demo("demo", "traffic", "--seed", "5", "--fault", "lost-context").stdout.split()
    assert traffic.lines[-1].split()[0] == sent[0] == request_ids(5, 0)[0]
    assert len(traffic.lines[-1].split()[-1]) == 32
    for line in (*again.lines[:-1], *traffic.lines):
        assert cells(line) <= COLUMNS


def test_traffic_as_json_lines_is_the_truth_about_what_trace_then_shows(demo: CommandLine) -> None:
    sent = demo(
        "demo", "traffic", "--count", "6", "--fault", "lost-context", "--fault-every", "3", "--seed", "5", "--json"
    )
    assert sent.code == 0, sent.stderr
    lines = sent.json_lines()
    assert [line["fault"] for line in lines] == ["", "", "lost-context", "", "", "lost-context"]
    for line in (lines[1], lines[2]):
        for key in ("trace_id", "traceparent", "correlation_id", "request_id"):
            found = demo("trace", line[key], "--json").json()["traces"]
            of_one_trace = key in ("trace_id", "traceparent")
            truth = line["truth"]["traces"][0] if of_one_trace else line["truth"]
            assert len(found) == (1 if of_one_trace else len(line["truth"]["traces"]))
            spans = Counter((s["service"], s["name"], s["kind"], s["status"]) for t in found for s in t["spans"])
            logs = Counter((r["service"], r["level"], r["message"]) for t in found for r in t["logs"])
            assert spans == {tuple(key): count for *key, count in truth["spans"]}
            assert logs == {tuple(key): count for *key, count in truth["logs"]}


def test_the_same_seed_prints_the_same_ids_and_the_same_truth(demo: CommandLine) -> None:
    def run() -> list[str]:
        lines = demo("demo", "traffic", "--count", "3", "--seed", "6", "--json").json_lines()
        return [json.dumps([line["correlation_id"], line["request_id"], line["truth"]]) for line in lines]

    assert run() == run()


def test_a_fault_stands_until_it_is_cleared_and_status_tells_what_was_done(demo: CommandLine) -> None:
    before = demo("demo", "status", "--json").json()["counts"]["requests"]["received"]
    sent = demo("demo", "traffic", "--count", "3", "--fault", "llm-errors", "--fault-every", "3")
    assert len(sent.stdout.splitlines()) == 3
    assert "llm-errors" in sent.stdout.splitlines()[2]
    assert demo("demo", "fault", "set", "gone", "--service", "data-router").stderr == "Stands: gone (data-router).\n"
    (marked,) = [line for line in demo("demo", "fault").stdout.splitlines() if line.startswith("✗")]
    assert marked.split()[1] == "gone"
    assert marked.endswith("data-router")
    told = demo("demo", "status", "--json").json()
    assert told["counts"]["requests"]["received"] == before + 3
    assert {one["name"] for one in told["services"] if one["state"] == "gone"} == {"data-router"}
    assert told["faults"] == [{"name": "gone", "service": "data-router"}]
    assert demo("demo", "fault", "clear").stderr == "Cleared: gone (data-router).\n"
    rows = [line.split() for line in demo("demo", "status").stdout.splitlines()]
    assert ["requests.received", f"{before + 3}"] in rows


def test_demo_alone_starts_everything_shows_one_request_and_says_how_to_stop(run_cli: CommandLine) -> None:
    try:
        ran = run_cli("demo", "--seed", "7", "--fault", "slow-llm")
        assert ran.code == 0, ran.stderr
        assert ran.stdout.startswith("POST /api/process")
        assert all(service in ran.stdout for service in SERVICES)
        assert "model timed out after 900 ms" in ran.stdout
        assert "phoenix-dev demo stop && phoenix-dev down" in ran.stderr
    finally:
        run_cli("demo", "stop")
        assert run_cli("down").code == 0
