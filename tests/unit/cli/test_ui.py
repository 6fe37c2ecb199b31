"""`ui` in the foreground, and what `up` says of the page."""

from __future__ import annotations

import re
import signal
import socket
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.running import CommandLine


def test_it_serves_until_ctrl_c_and_ends_with_130(run_cli: CommandLine, stack: dict[str, Any]) -> None:
    running = run_cli.start("ui", "--no-open")
    assert running.stdout is not None
    url = running.stdout.readline().decode().strip()
    port = int(re.fullmatch(r"http://127\.0\.0\.1:(\d+)", url)[1])  # type: ignore[index]
    assert url != stack["endpoints"]["ui"]  # that port is the engine's
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=10)
    assert running.returncode == 130
    assert b"Traceback" not in told


def test_a_port_that_was_named_is_that_or_nothing(run_cli: CommandLine, stack: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        ran = run_cli("ui", "--no-open", "--port", number)
    assert ran.code == 3
    assert f"port {number} is taken by another process" in ran.stderr
    assert run_cli("ui", "--port", "0").code == 2


def test_without_anything_to_read_it_says_what_to_run(run_cli: CommandLine) -> None:
    ran = run_cli("ui", "--no-open")
    assert ran.code == 3
    assert "phoenix-dev up" in ran.stderr


def test_up_puts_the_page_where_it_is_told(run_cli: CommandLine, free_ports: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    up = run_cli("up", "--runtime", "embedded", "--ui-port", str(number), "--json")
    try:
        assert up.json()["endpoints"]["ui"] == f"http://127.0.0.1:{number}"
        assert run_cli("open", "--print").stdout == f"http://127.0.0.1:{number}/\n"
    finally:
        run_cli("down")
