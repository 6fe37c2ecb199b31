"""`up` as its users type it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.ports import own_ports
from tests.unit.cli.lifecycle.started import TRACE, pid_of
from tests.unit.runtime.exports import one_span, send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.embedded.handle import EngineHandle
    from tests.running import CommandLine


def test_up_prints_endpoints_that_work_and_what_to_do_next(run_cli: CommandLine) -> None:
    ran = run_cli("up")
    assert ran.code == 0
    endpoints = dict(line.split() for line in ran.stdout.splitlines())
    assert set(endpoints) == {"OTLP/HTTP", "OTLP/gRPC", "page"}
    assert send(endpoints["OTLP/HTTP"], one_span(TRACE)) == 200
    assert 'eval "$(phoenix-dev env)"' in ran.stderr
    assert "phoenix-dev demo" in ran.stderr


def test_the_next_step_names_the_project_that_was_named(run_cli: CommandLine) -> None:
    ran = run_cli("--project", "shop", "up")
    assert 'eval "$(phoenix-dev --project shop env)"' in ran.stderr
    assert run_cli("--project", "shop", "down").code == 0


def test_up_again_tells_the_same_stack(run_cli: CommandLine, up: Any) -> None:
    again = run_cli("up", "--json")
    assert again.code == 0
    assert again.stderr == ""
    assert {**again.json(), "data": None, "components": None} == {**up, "data": None, "components": None}
    assert again.json()["components"][0]["detail"] == up["components"][0]["detail"]


def test_up_json_has_every_key_of_the_contract(up: Any) -> None:
    assert up["runtime"] == "embedded"
    assert up["profile"] == "development"
    assert up["project"] == "phoenix"
    assert up["state"] == "running"
    assert set(up["endpoints"]) == {"otlp_grpc", "otlp_http", "ui"}
    (engine,) = up["components"]
    assert set(engine) == {"name", "state", "health", "memory_bytes", "detail", "restarts", "data_bytes"}
    assert (engine["name"], engine["state"], engine["health"]) == ("engine", "running", "healthy")
    assert 10_000_000 < engine["memory_bytes"] < 100_000_000


def test_two_ups_typed_at_once_start_one_engine(run_cli: CommandLine) -> None:
    both = [run_cli.start("up", "--json") for _ in range(2)]
    printed = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    first, second = (json.loads(text)["components"][0]["detail"] for text in printed)
    assert first == second


def test_the_engine_outlives_the_shell_that_started_it(engine: EngineHandle) -> None:
    command = f"'{sys.executable}' -m phoenix_dev up --json && echo && exec cat"
    shell = subprocess.Popen(
        ["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    with shell:
        assert shell.stdout is not None
        printed = b""
        while (line := shell.stdout.readline()) not in (b"\n", b""):  # empty: `up` failed
            printed += line
        for number in (signal.SIGHUP, signal.SIGKILL):
            os.killpg(shell.pid, number)
        shell.stdout.close()
        shell.wait()
    endpoint = json.loads(printed)["endpoints"]["otlp_http"]
    assert send(endpoint, one_span(TRACE)) == 200
    assert engine.runs


def test_up_in_a_pipeline_does_not_keep_the_pipe_open(run_cli: CommandLine) -> None:
    command = f"'{sys.executable}' -m phoenix_dev up 2>&1 | cat"
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=30, check=False)
    assert b"OTLP/HTTP" in done.stdout


def test_a_killed_engine_heals(run_cli: CommandLine, up: Any, engine: EngineHandle) -> None:
    send(up["endpoints"]["otlp_http"], one_span(TRACE))
    os.kill(pid_of(engine), signal.SIGKILL)
    wait_until(lambda: not engine.runs)
    assert run_cli("status", "--json").json()["state"] == "stopped"
    healed = run_cli("up", "--json")
    assert healed.code == 0
    assert healed.json()["components"][0]["detail"] != up["components"][0]["detail"]
    assert run_cli("trace", TRACE).code == 0


def test_a_taken_port_moves_is_told_and_found_by_the_commands(
    run_cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A port that is named does not move. The usual ones have another project's stack, or somebody else from before.
    for name in own_ports():
        monkeypatch.delenv(name)
    first = run_cli("--project", "first", "up", "--json").json()["endpoints"]
    second = run_cli("up", "--json")
    assert second.code == 0
    moved = second.json()["endpoints"]
    assert not {moved["otlp_http"], moved["otlp_grpc"]} & {first["otlp_http"], first["otlp_grpc"]}
    for usual, name, now in ((4318, "OTLP/HTTP", moved["otlp_http"]), (4317, "OTLP/gRPC", moved["otlp_grpc"])):
        told = f"port {usual} is taken: {name} listens on {now.rpartition(':')[2]}" in second.stderr
        assert told is not now.endswith(f":{usual}")
    assert f"export OTEL_EXPORTER_OTLP_ENDPOINT={moved['otlp_http']}" in run_cli("env").stdout
    assert run_cli("status", "--json").json()["endpoints"] == moved
    assert run_cli("--project", "first", "down").code == 0


@pytest.mark.parametrize("flag", ["--otlp-http-port", "--otlp-grpc-port"])
def test_a_port_that_was_named_does_not_move(run_cli: CommandLine, flag: str, engine: EngineHandle) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ran = run_cli("up", flag, str(port))
        assert ran.code == 3
        assert f"port {port}" in ran.stderr
        assert f"hint: phoenix-dev up {flag} " in ran.stderr
        assert "Traceback" not in ran.stderr
        assert not engine.runs


def test_a_port_named_by_variable_is_named_too(run_cli: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = run_cli("up", env={"PHOENIX_DEV_PORTS_OTLP_HTTP": str(other.getsockname()[1])})
    assert ran.code == 3


def test_a_profile_that_embedded_does_not_know_is_a_wrong_word(run_cli: CommandLine) -> None:
    ran = run_cli("up", "--runtime", "embedded", "--profile", "production")
    assert ran.code == 2
    assert "embedded runtime knows the profile development only" in ran.stderr


def test_a_runtime_that_does_not_exist_is_a_wrong_word(run_cli: CommandLine) -> None:
    assert run_cli("up", "--runtime", "podman").code == 2


def test_without_a_docker_engine_up_is_embedded_and_says_why(run_cli: CommandLine) -> None:
    ran = run_cli("up")
    assert ran.code == 0
    assert ran.stderr.startswith("the runtime is embedded: the Docker engine at unix://")
    assert "does not answer (no such file or directory)" in ran.stderr
    assert run_cli("up").stderr.splitlines()[0].startswith("send from")


def test_compose_without_a_docker_engine_is_3_and_names_what_works(run_cli: CommandLine, home: Path) -> None:
    ran = run_cli("up", "--runtime", "compose")
    assert ran.code == 3
    assert ran.stderr.startswith("error: the Docker engine at unix://")
    assert "hint: phoenix-dev up --runtime embedded" in ran.stderr
    assert not home.exists()


def test_the_other_runtime_is_not_started_beside_one_that_runs(run_cli: CommandLine, up: Any) -> None:
    ran = run_cli("up", "--runtime", "compose")
    assert ran.code == 3
    assert "the embedded runtime runs project phoenix" in ran.stderr
    assert "hint: phoenix-dev --project phoenix down" in ran.stderr


@pytest.mark.parametrize("place", ["/proc/none", "/dev/null/home"])
def test_a_home_that_cannot_be_written_is_told_in_a_sentence(run_cli: CommandLine, place: str) -> None:
    ran = run_cli("up", "--runtime", "embedded", env={"PHOENIX_DEV_HOME": place})
    assert ran.code == 3
    assert ran.stderr.startswith(f"error: the state folder {place}")
    assert "hint: export PHOENIX_DEV_HOME=" in ran.stderr
    for harmless, code in (("status", 3), ("down", 0)):
        assert run_cli(harmless, env={"PHOENIX_DEV_HOME": place}).code == code


def test_a_home_with_spaces_and_letters_of_any_script(run_cli: CommandLine, tmp_path: Path) -> None:
    env = {"PHOENIX_DEV_HOME": str(tmp_path / "mein 'Ordner' ünï 空")}
    up = run_cli("up", "--json", env=env)
    assert up.code == 0
    assert send(up.json()["endpoints"]["otlp_http"], one_span(TRACE)) == 200
    assert run_cli("trace", TRACE, env=env).code == 0
    assert run_cli("down", "--data", "--yes", env=env).code == 0


def test_a_store_of_a_newer_version_is_told_by_up_and_by_status(
    run_cli: CommandLine, up: Any, engine: EngineHandle
) -> None:
    run_cli("down")
    database = sqlite3.connect(engine.home / "telemetry.db")
    database.execute("PRAGMA user_version = 999")
    database.close()
    ran = run_cli("up")
    assert ran.code == 3
    assert "written by a newer phoenix-dev" in ran.stderr
    assert "Traceback" not in ran.stderr
    status = run_cli("status", "--json")
    assert status.code == 3
    assert "newer phoenix-dev" in status.json()["components"][1]["detail"]


def test_up_is_ready_within_the_time_it_is_given_or_says_so(run_cli: CommandLine, engine: EngineHandle) -> None:
    ran = run_cli("up", "--timeout", "0.1")
    assert ran.code == 3
    assert "was not ready in time" in ran.stderr
    assert not engine.runs
