"""`status` as its users type it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Any

import psutil

from tests.unit.cli.lifecycle.started import TRACE, pid_of
from tests.unit.runtime.exports import one_span, send

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.embedded.handle import EngineHandle
    from tests.running import CommandLine


def test_status_of_a_stopped_stack_is_3_and_tells_what_remains(run_cli: CommandLine, up: Any) -> None:
    run_cli("down")
    ran = run_cli("status")
    assert ran.code == 3
    assert "phoenix stopped" in ran.stdout
    assert "telemetry.db" in ran.stdout
    ran = run_cli("status", "--json")
    assert ran.code == 3
    assert ran.json()["state"] == "stopped"
    assert ran.json()["data"]["size_bytes"] > 0
    assert ran.json()["endpoints"] == {"otlp_grpc": "", "otlp_http": "", "ui": ""}


def test_status_before_the_first_up(run_cli: CommandLine, home: Path) -> None:
    ran = run_cli("status")
    assert ran.code == 3
    assert "nothing is kept" in ran.stdout
    assert not home.exists()


def test_status_tells_what_arrived_and_what_was_refused(run_cli: CommandLine, up: Any) -> None:
    endpoint = up["endpoints"]["otlp_http"]
    send(endpoint, one_span(TRACE, service="llm-service"))
    send(endpoint, b"\xff\xff\xff")
    ran = run_cli("status", "--json")
    assert ran.code == 0
    status = ran.json()
    (service,) = status["received"]
    assert (service["service"], service["spans"], service["logs"], service["points"]) == ("llm-service", 1, 0, 0)
    (refused,) = status["refused"]
    assert (refused["protocol"], refused["signal"], refused["count"]) == ("http", "traces", 1)
    shown = run_cli("status").stdout
    assert "llm-service" in shown
    assert "1 × traces over http" in shown
    assert refused["reason"] in shown
    assert all(len(line) <= 80 for line in shown.splitlines() if str(os.sep) not in line)


def test_status_of_a_hung_engine_is_degraded_and_0(run_cli: CommandLine, up: Any, engine: EngineHandle) -> None:
    process = psutil.Process(pid_of(engine))
    process.suspend()
    try:
        ran = run_cli("status", "--json")
        assert ran.code == 0
        assert ran.json()["state"] == "degraded"
        assert "does not answer" in ran.json()["components"][0]["detail"]
    finally:
        process.resume()


def test_status_watch_shows_it_anew_every_second(run_cli: CommandLine, up: Any) -> None:
    began = time.monotonic()
    with run_cli.start("status", "--watch", "--json") as process:
        assert process.stdout is not None
        shown = [json.loads(process.stdout.readline()) for _ in range(3)]
        assert time.monotonic() - began > 1.5
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert [status["state"] for status in shown] == ["running"] * 3


def test_status_watch_draws_on_a_screen_of_its_own_as_much_as_there_is_room_for(run_cli: CommandLine, up: Any) -> None:
    ours, its = pty.openpty()
    resize(its, rows=4)
    shown = b""

    def screens() -> list[bytes]:
        """What was drawn, of which the last may not have come whole."""
        return shown.split(b"\x1b[H")[1:-1]

    with subprocess.Popen(
        [*run_cli.argv, "status", "--watch"], stdin=its, stdout=its, stderr=its, env={**os.environ, "TERM": "xterm"}
    ) as process:
        while not screens():
            shown += os.read(ours, 4096)
        resize(its, rows=50)
        while b"\x1b[J" not in shown or b"data" not in screens()[-1]:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        os.close(its)
        shown += os.read(ours, 65536)
    os.close(ours)
    assert shown.startswith(b"\x1b[?1049h\x1b[?25l\x1b[H")
    assert shown.endswith(b"\x1b[?25h\x1b[?1049l")
    low, *_, high = screens()
    assert [line.count(b"more lines, for which the window is too low") for line in low.split(b"\n")] == [0, 0, 0, 1]
    assert high.count(b"OTLP/HTTP") == 1
    assert b"too low" not in high


def resize(terminal: int, *, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
