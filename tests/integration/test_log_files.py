"""Log files that the embedded engine follows: each line once, whatever is killed when."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.running import CommandLine

SETTINGS = 'logs: {files: ["logs/**/*.jsonl*"]}\n'


@pytest.fixture
def folder(run_cli: CommandLine, free_ports: None) -> Iterator[Path]:
    """A project whose settings name its log files. What was started in it is stopped."""
    logs = Path.cwd() / "logs"
    logs.mkdir()
    (Path.cwd() / "phoenix-dev.yaml").write_text(SETTINGS)
    yield logs
    run_cli("down")


def up(run_cli: CommandLine) -> Any:
    started = run_cli("up", "--runtime", "embedded", "--json")
    assert started.code == 0, started.stderr
    return started.json()


def kept(run_cli: CommandLine) -> list[Any]:
    return run_cli("logs", "--json", "--since", "2020-01-01", "--limit", "1000000").json_lines()


def messages(run_cli: CommandLine) -> list[str]:
    return [log["message"] for log in kept(run_cli)]


def after(run_cli: CommandLine, count: int) -> None:
    """Return once more lines than that are kept."""
    wait_until(lambda: len(messages(run_cli)) > count, 30, what="a further line")


def reader_of(engine: psutil.Process) -> psutil.Process:
    """The process that reads the files, once it is there."""

    def looked_for() -> list[psutil.Process]:
        return [one for one in engine.children() if is_reader(one)]

    def is_reader(process: psutil.Process) -> bool:
        try:
            return "phoenix_dev.logfiles" in process.cmdline()
        except psutil.Error:  # it has ended
            return False

    return wait_until(looked_for, what="the reader")[0]


def engine_of(home: Path) -> psutil.Process:
    return psutil.Process(json.loads((home / "projects" / "phoenix" / "runtime.json").read_text())["pid"])


def test_a_line_of_a_file_is_a_log_of_its_request(run_cli: CommandLine, folder: Path) -> None:
    up(run_cli)
    line = {
        "timestamp": "2026-01-02T03:04:05.000000001Z",
        "level": "WARN",
        "service": "llm-service",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "00f067aa0ba902b7",
        "correlation_id": "c-1",
        "message": "slow model",
        "request_id": "r-1",
        "duration_ms": 12.5,
        "metadata": {"user_id": "u-7"},
    }
    (folder / "below").mkdir()
    (folder / "below" / "llm.jsonl").write_text(json.dumps(line) + "\n")
    found = wait_until(lambda: run_cli("logs", "--json", "--correlation", "c-1").json_lines())
    (log,) = found
    for name in ("timestamp", "level", "service", "trace_id", "span_id", "correlation_id", "message", "request_id"):
        assert log[name] == line[name]
    assert log["attributes"]["metadata.user_id"] == "u-7"


def test_up_follows_what_the_file_names_now(run_cli: CommandLine, folder: Path) -> None:
    (Path.cwd() / "phoenix-dev.yaml").write_text("")
    up(run_cli)
    (Path.cwd() / "phoenix-dev.yaml").write_text(SETTINGS)
    (folder / "a.jsonl").write_text("here\n")
    again = run_cli("up", "--runtime", "embedded")
    assert "the engine is started anew: it follows what you set under logs.files" in again.stderr
    wait_until(lambda: messages(run_cli) == ["here"])
    assert "anew" not in run_cli("up", "--runtime", "embedded").stderr


def test_each_line_is_kept_once_though_reader_and_engine_are_killed(
    run_cli: CommandLine, folder: Path, home: Path
) -> None:
    up(run_cli)
    stop = Event()
    written: list[str] = []

    def write() -> None:
        file = (folder / "app.jsonl").open("a")
        while not stop.is_set():
            for _ in range(20):
                written.append(f"line {len(written)}")
                file.write(json.dumps({"message": written[-1], "level": "INFO"}) + "\n")
            file.flush()
            if len(written) % 400 == 0:
                (folder / "app.jsonl").rename(folder / f"app.jsonl.{len(written)}")
                file.close()
                file = (folder / "app.jsonl").open("a")
            time.sleep(0.02)
        file.close()

    writing = Thread(target=write)
    writing.start()
    try:
        for victim in ("reader", "engine", "reader", "engine"):
            engine = engine_of(home)
            reader = reader_of(engine)
            after(run_cli, len(messages(run_cli)))
            os.kill((reader if victim == "reader" else engine).pid, signal.SIGKILL)
            if victim == "engine":
                engine.wait(10)
                up(run_cli)
    finally:
        stop.set()
        writing.join()
    wait_until(lambda: len(messages(run_cli)) >= len(written), 60, what="the last line")
    assert sorted(messages(run_cli)) == sorted(written)
    down = run_cli("down")
    assert down.code == 0
    up(run_cli)
    reader_of(engine_of(home))
    (folder / "b.jsonl").write_text("after\n")
    wait_until(lambda: "after" in messages(run_cli))
    assert len(messages(run_cli)) == len(written) + 1
