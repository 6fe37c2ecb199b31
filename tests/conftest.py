"""What every test has: a home of its own, the command line, and a guard against processes it leaves behind."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from tests import warm
from tests.leftovers import left_behind, there
from tests.ports import own_ports
from tests.running import CommandLine
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# A shared machine has slow moments; what is slow is measured in benchmarks, not here.
settings.register_profile("phoenix-dev", deadline=None, print_blob=True)
settings.load_profile("phoenix-dev")

_OF_THE_TERMINAL = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "LINES",
    "TERM_PROGRAM",
    "COLORTERM",
    "SHELL",
)


def pytest_configure() -> None:
    """Hear Ctrl-C, as a command does that is typed: a shell without job control has what it runs in the background
    ignore it (POSIX, XCU 2.11), and every process started here would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # by nohup
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their number: those of gzip hold the time, and two workers would not name them alike."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


class Invoke(Protocol):
    """Runs a command inside the test's process; whatever is no PhoenixDevError comes through with its traceback."""

    def __call__(self, *args: str, input: str | None = None) -> Result:  # noqa: A002 - click's word
        ...


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PHOENIX_DEV_HOME, a home folder and a working folder of the test's own, and a terminal of 80 columns.

    Only tests/live meets a Docker engine; everywhere else there is none, on every machine.
    A process that is left over at the end of the test fails it.
    """
    own = tmp_path / "phoenix-home"
    for name in ("user", "work"):
        (tmp_path / name).mkdir()
    for variable in os.environ:
        if variable.startswith(("PHOENIX_DEV_", "OTEL_", "XDG_")) or variable in _OF_THE_TERMINAL:
            monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("COLUMNS", "80")
    if "live" not in request.path.parts:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'no-docker.sock'}")
    monkeypatch.setenv("PHOENIX_DEV_HOME", str(own))
    monkeypatch.chdir(tmp_path / "work")
    warm.prepare()
    before = there()
    yield own
    _expect_nothing_left(before, own)


@pytest.fixture
def run_cli() -> CommandLine:
    """`phoenix-dev` as a process: `run_cli("trace", "last", "--json")` has `code`, `stdout` and `stderr`."""
    return CommandLine()


@pytest.fixture
def free_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports that nobody has, named in the environment: no test meets another's engine, nor the developer's own."""
    for name, port in own_ports().items():
        monkeypatch.setenv(name, port)


@pytest.fixture
def stack(run_cli: CommandLine, free_ports: None) -> Iterator[dict[str, Any]]:
    """A running stack: what `up --json` printed. Stopped at the end of the test."""
    started = run_cli("up", "--runtime", "embedded", "--json")
    assert started.code == 0, started.stderr
    yield started.json()
    stopped = run_cli("down")
    assert stopped.code == 0, stopped.stderr


@pytest.fixture
def invoke() -> Invoke:
    """`phoenix-dev` inside this process: `invoke("config", "--json")` is click's Result."""
    from phoenix_dev.cli.root import root

    def run(*args: str, input: str | None = None) -> Result:  # noqa: A002 - click's word
        return CliRunner().invoke(root, args, prog_name="phoenix-dev", input=input, catch_exceptions=False)

    return run


def _expect_nothing_left(before: frozenset[int], home: Path) -> None:
    if not left_behind(before, home):
        return
    try:
        wait_until(lambda: not left_behind(before, home), deadline=2.0)
    except AssertionError:
        remaining = left_behind(before, home)
        told = [f"{process.pid} {' '.join(process.cmdline())}" for process in remaining]
        for process in remaining:
            process.kill()
        pytest.fail("the test left processes behind: " + "; ".join(told))
