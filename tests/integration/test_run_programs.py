"""`run` with programs as they are: a service in Rust that logs by tracing, a Node program that knows of nothing."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.clients.applications import HERE, built_rust_service
from tests.npm import npm_project
from tests.tools import need
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.running import CommandLine

#: What told of a record: the line that was printed, not the export of the service's own SDK.
PRINTED = "phoenix_dev.lines"


@pytest.mark.usefixtures("stack")
def test_what_a_rust_service_prints_is_found_by_its_correlation_id(run_cli: CommandLine) -> None:
    service = str(built_rust_service())
    running = run_cli.start("run", "--service", "things", "--", service)
    try:
        assert running.stderr is not None
        url = running.stderr.readline().decode().strip()
        told = httpx.get(f"{url}/things/3", headers={"x-correlation-id": "c-rust"}, timeout=30).json()
        running.send_signal(signal.SIGTERM)
        shown, said = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait()
    assert running.returncode == 0, said
    assert b'"thing wanted"' in shown
    records = run_cli("logs", "--json", "--correlation", "c-rust").json_lines()
    printed = [one for one in records if one["scope"] == PRINTED]
    assert [[one["level"], one["message"]] for one in printed[:4]] == told["logs"][:4]
    assert {one["service"] for one in printed} == {"things"}
    assert len(printed) == len(told["logs"])


@pytest.mark.usefixtures("stack")
def test_a_command_that_sends_its_logs_itself_is_run_without_its_output_being_kept(run_cli: CommandLine) -> None:
    program = "import os, sys; print(os.environ['OTEL_SERVICE_NAME']); sys.exit(3)"
    ran = run_cli("run", "--no-logs", "--service", "shop", "--", sys.executable, "-c", program)
    assert (ran.code, ran.stdout, ran.stderr) == (3, "shop\n", "")
    assert run_cli("logs", "--json").stdout == ""
    assert run_cli("run", "--no-logs", "--", "no-such-program").code == 127


@pytest.mark.usefixtures("stack")
def test_auto_instruments_a_node_program_without_a_change(run_cli: CommandLine, tmp_path: Path) -> None:
    node, project = need("node"), npm_project(HERE / "node", tmp_path / "node")

    def spans() -> list[Any]:
        shown = run_cli("trace", "last", "--json")
        return shown.json()["traces"][0]["spans"] if shown.code == 0 else []

    ran = run_cli("run", "--auto", "--service", "shop", "--", node, str(project / "program.js"))
    bare = "@opentelemetry/auto-instrumentations-node is not installed"
    assert (ran.code, bare in ran.stderr) == (3, True)
    ran = run_cli("run", "--auto", "--service", "shop", "--", node, "program.js", cwd=project)
    assert (ran.code, ran.stdout) == (0, "answered 200\n"), ran.stderr
    wait_until(lambda: {span["kind"] for span in spans()} >= {"client", "server"}, what="the spans of both ends")
    assert {span["service"] for span in spans()} == {"shop"}
