"""doctor looks at an embedded engine in real trouble."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.runtime.record import EngineRecord
from tests.otlp import log, logs, new_trace_id, span, traces
from tests.unit.runtime.exports import send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import CommandLine

SECOND = 10**9


@pytest.fixture
def folder(home: Path) -> Path:
    return home / "projects" / "phoenix"


class Doctor:
    """`doctor --json`, and the findings of one check in it."""

    def __init__(self, run_cli: CommandLine) -> None:
        self._run = run_cli
        self.code = -1
        self.seconds = 0.0

    def look(self) -> list[dict[str, str]]:
        begun = time.monotonic()
        ran = self._run("doctor", "--json")
        self.seconds = time.monotonic() - begun
        self.code = ran.code
        found: list[dict[str, str]] = ran.json()["findings"]
        return found

    def of(self, check: str) -> list[dict[str, str]]:
        return [one for one in self.look() if one["check"] == check]

    def only(self, check: str) -> dict[str, str]:
        (found,) = self.of(check)
        return found


@pytest.fixture
def doctor(run_cli: CommandLine) -> Doctor:
    return Doctor(run_cli)


def pid_of(folder: Path) -> int:
    record = EngineRecord.read(folder)
    assert record is not None
    return record.pid


def test_all_is_well_with_one_that_runs(stack: dict[str, Any], run_cli: CommandLine) -> None:
    ran = run_cli("doctor", env={"PHOENIX_DEV_RUNTIME": "embedded"})
    assert ran.code == 0, ran.stdout
    *lines, summary = ran.stdout.splitlines()
    assert {line[0] for line in lines} == {"✓"}
    assert {"engine", "log", "ports", "queue", "refused", "disk"} <= {line.split()[1] for line in lines}
    assert summary.startswith("all is well")


def test_an_engine_that_hangs_is_an_error(stack: dict[str, Any], folder: Path, doctor: Doctor) -> None:
    os.kill(pid_of(folder), signal.SIGSTOP)
    try:
        found = doctor.only("engine")
    finally:
        os.kill(pid_of(folder), signal.SIGCONT)
    assert doctor.code == 1
    assert found["severity"] == "error"
    assert f"process {pid_of(folder)} hangs" in found["what"]
    assert found["fix"] == "phoenix-dev down && phoenix-dev up"


def test_an_engine_that_was_killed_is_told(stack: dict[str, Any], folder: Path, doctor: Doctor) -> None:
    os.kill(pid_of(folder), signal.SIGKILL)
    found = wait_until(lambda: [one for one in doctor.of("engine") if "was killed" in one["what"]])
    assert found[0]["severity"] == "warning"
    assert found[0]["fix"] == "phoenix-dev up"
    assert doctor.code == 0


def test_what_was_refused_is_told_with_its_reason_and_sender(stack: dict[str, Any], doctor: Doctor) -> None:
    good = traces("shop", span(new_trace_id(), "paid")).SerializeToString()
    assert send(stack["endpoints"]["otlp_http"], good.replace(b"paid", b"\xff\xfe\xfd\xfc")) == 400
    assert send(stack["endpoints"]["otlp_http"], b"<xml/>", content_type="text/xml") == 415
    found = doctor.of("refused")
    assert {one["severity"] for one in found} == {"warning"}
    assert any("traces over http" in one["what"] and "UTF-8" in one["what"] for one in found)
    assert any("text/xml" in one["what"] for one in found)
    assert doctor.code == 0


def test_errors_in_its_log_are_told_with_the_last(stack: dict[str, Any], folder: Path, doctor: Doctor) -> None:
    assert doctor.only("log")["severity"] == "ok"
    with (folder / "engine.log").open("a") as file:
        file.write("2000-01-01T00:00:00.000Z ERROR phoenix_dev.engine of an earlier life\n")
        file.write("2999-01-01T00:00:00.000Z ERROR phoenix_dev.engine it broke\n")
        file.write("2999-01-01T00:00:01.000Z WARNING phoenix_dev.engine and so on\n")
    found = doctor.only("log")
    assert found["severity"] == "warning"
    assert "1 errors and 1 warnings; the last: it broke" in found["what"]
    assert found["fix"].startswith("tail -n 50 ")


def test_a_store_of_a_newer_version_is_an_error(stack: dict[str, Any], folder: Path, doctor: Doctor) -> None:
    assert doctor.only("store")["severity"] == "ok"
    with sqlite3.connect(folder / "telemetry.db") as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute("PRAGMA user_version = 99")
    db.close()
    found = doctor.only("store")
    with sqlite3.connect(folder / "telemetry.db") as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    assert found["severity"] == "error"
    assert "newer phoenix-dev" in found["what"]
    assert found["fix"] == "pip install --upgrade phoenix-dev"


def test_clocks_that_are_off_are_told_by_service(stack: dict[str, Any], doctor: Doctor) -> None:
    now = time.time_ns()
    http = stack["endpoints"]["otlp_http"]
    trace, front, back = new_trace_id(), "0" * 15 + "1", "0" * 15 + "2"
    late = now - 90 * SECOND
    exports = [
        ("traces", traces("front", span(trace, span_id=front, start=now - SECOND, ms=900, kind=3))),
        ("traces", traces("back", span(trace, span_id=back, parent=front, start=late, ms=100, kind=2))),
        # Called by the one whose clock is behind: its own clock is right.
        ("traces", traces("deep", span(trace, parent=back, start=now - SECOND, ms=10, kind=2))),
        ("logs", logs("hasty", log("from the future", time=now + 3600 * SECOND))),
    ]
    for signal_name, export in exports:
        assert send(http, export.SerializeToString(), path=f"/v1/{signal_name}") == 200
    told = {one["where"]: one["what"] for one in doctor.of("clock")}
    assert told.keys() == {"back", "hasty"}
    assert "behind that of its callers" in told["back"]
    assert "60 min ahead" in told["hasty"]


def test_a_port_that_it_did_not_get_is_told_with_who_has_it(
    run_cli: CommandLine, doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_ports: None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        monkeypatch.delenv("PHOENIX_DEV_PORTS_OTLP_HTTP")
        (tmp_path / "work" / "phoenix-dev.yaml").write_text(f"ports: {{otlp_http: {number}}}\n")
        found = doctor.only("ports")
    assert doctor.code == 1
    assert f"port {number}, named for OTLP/HTTP, is taken by" in found["what"]
    assert f"(process {os.getpid()})" in found["what"]


def test_a_machine_without_docker_and_without_a_stack_is_well(doctor: Doctor, free_ports: None) -> None:
    found = {one["check"]: one for one in doctor.look()}
    assert doctor.code == 0
    assert doctor.seconds < 10
    assert found["docker"]["severity"] == "info"
    assert "the embedded runtime is used" in found["docker"]["what"]
    assert {one["severity"] for one in found.values()} <= {"ok", "info", "skipped"}


def test_where_compose_is_set_a_missing_engine_is_an_error(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DEV_RUNTIME", "compose")
    found = doctor.only("docker")
    assert doctor.code == 1
    assert found["severity"] == "error"
    assert os.environ["DOCKER_HOST"] in found["what"]


def test_a_docker_engine_that_hangs_holds_nobody_up(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_ports: None
) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(tmp_path / "hung.sock"))
        hung.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'hung.sock'}")
        found = {one["check"]: one for one in doctor.look()}
    assert doctor.seconds < 20
    assert "does not answer within 2 s" in found["docker"]["what"]
    assert {found[check]["severity"] for check in ("folder", "disk", "memory", "ports", "clock")} == {"ok"}


def test_a_stream_of_ascii_gets_signs_of_ascii(run_cli: CommandLine, free_ports: None) -> None:
    ran = run_cli("doctor", env={"PYTHONIOENCODING": "ascii", "PHOENIX_DEV_RUNTIME": "embedded"})
    assert ran.stdout.startswith("v folder ")
    assert "\\u" not in ran.stdout


def test_the_report_holds_what_an_issue_needs_and_nothing_private(
    stack: dict[str, Any], run_cli: CommandLine, home: Path, folder: Path, tmp_path: Path
) -> None:
    with (folder / "engine.log").open("a") as file:
        file.write("2999-01-01T00:00:00.000Z ERROR phoenix_dev.engine \x1b[31mpassword=hunter2 at http://me:pw@x/\n")
        file.write(f"2999-01-01T00:00:01.000Z ERROR phoenix_dev.engine \x1b[1msk-{'k' * 24} and Bearer {'b' * 20}\n")
    ran = run_cli("doctor", "--report", env={"OPENAI_API_KEY": "sk-very-secret", "HOME": str(tmp_path)})
    assert ran.code == 0, ran.stderr
    for heading in ("## phoenix-dev doctor", "### Findings", "### State", "### Settings", "### Last lines of engine"):
        assert heading in ran.stdout.splitlines()
    assert "| Python | 3." in ran.stdout
    assert "embedded, development, running" in ran.stdout
    assert "variable PHOENIX\\_DEV\\_PORTS\\_OTLP\\_HTTP" in ran.stdout
    assert "$PHOENIX_DEV_HOME/projects/phoenix" in ran.stdout
    for secret in (str(tmp_path), str(home), "sk-very-secret", "hunter2", "me:pw", "\x1b", "k" * 24, "b" * 20):
        assert secret not in ran.stdout
    assert "\\x1b[31mpassword=****" in ran.stdout


def test_report_and_json_exclude_each_other(run_cli: CommandLine) -> None:
    assert run_cli("doctor", "--report", "--json").code == 2


def test_json_counts_what_it_lists(run_cli: CommandLine, free_ports: None) -> None:
    found = json.loads(run_cli("doctor", "--json").stdout)
    severities = [one["severity"] for one in found["findings"]]
    assert found["errors"] == severities.count("error")
    assert found["warnings"] == severities.count("warning")
    assert all(one.keys() == {"check", "severity", "what", "where", "fix"} for one in found["findings"])
