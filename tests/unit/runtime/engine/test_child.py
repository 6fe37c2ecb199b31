"""A process beside the engine: started when it is wanted, started again, and gone with whoever started it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.processes.environment import environment_with
from phoenix_dev.runtime.engine import child as children
from phoenix_dev.runtime.engine.child import Child, a_connection, at_once
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_FIRST_PAUSE_S", 0.01)


def program(folder: Path, name: str, text: str) -> None:
    """A module that a child can run."""
    (folder / f"{name}.py").write_text(text)


#: Says that it runs, and ends when its standard input does.
PATIENT = "import sys, pathlib\npathlib.Path(sys.argv[1]).open('a').write('x')\nsys.stdin.read()\n"
HASTY = "import sys, pathlib\npathlib.Path(sys.argv[1]).open('a').write('x')\nsys.exit(3)\n"
DEAF = "import sys, pathlib, time\npathlib.Path(sys.argv[1]).open('a').write('x')\ntime.sleep(60)\n"


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name, text in (("patient", PATIENT), ("hasty", HASTY), ("deaf", DEAF)):
        program(tmp_path, name, text)
    return tmp_path


def starts(told: Path) -> int:
    """How often a program of these was started."""
    return len(told.read_text()) if told.exists() else 0


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def kept(child: Child, wanted: Callable[[], Awaitable[None]], meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Keep a child while something happens, and end it."""

    async def live() -> None:
        keeping = asyncio.create_task(child.keep(wanted))
        try:
            await meanwhile()
        finally:
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping

    asyncio.run(live())


def test_it_ends_with_its_engine_and_is_asked_first(modules: Path) -> None:
    told = modules / "told"
    child = Child("a patient one", "patient", str(told))

    async def meanwhile() -> None:
        await until(lambda: starts(told))
        assert child.pid

    began = time.monotonic()
    kept(child, at_once, meanwhile)
    assert child.pid == 0
    assert time.monotonic() - began < 10


def test_one_that_does_not_listen_is_killed(modules: Path) -> None:
    told = modules / "told"
    child = Child("a deaf one", "deaf", str(told), finish_s=0.1)
    kept(child, at_once, partial(until, lambda: starts(told)))
    assert child.pid == 0


def test_one_that_is_killed_is_started_again(modules: Path) -> None:
    told = modules / "told"
    child = Child("a patient one", "patient", str(told))

    async def meanwhile() -> None:
        await until(lambda: starts(told) == 1)
        os.kill(child.pid, signal.SIGKILL)
        await until(lambda: starts(told) == 2)

    kept(child, at_once, meanwhile)


def test_one_that_keeps_ending_is_started_ever_less_often(modules: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = modules / "told"
    with caplog.at_level(logging.WARNING, "phoenix_dev.engine"):
        kept(Child("a hasty one", "hasty", str(told)), at_once, partial(until, lambda: starts(told) == 4))
    pauses = [float(record.getMessage().split()[-2]) for record in caplog.records]
    assert pauses[:3] == [0.01, 0.02, 0.04]
    assert "a hasty one ended with status 3" in caplog.text


def test_it_waits_for_a_connection_and_finds_it(modules: Path) -> None:
    told = modules / "told"
    answer = (
        "import socket, sys, pathlib\n"
        "listening = socket.socket(fileno=int(sys.argv[2]))\n"
        "listening.setblocking(True)\n"
        "connection, _ = listening.accept()\n"
        "connection.sendall(b'here')\n"
        "connection.close()\n"
        "pathlib.Path(sys.argv[1]).open('a').write('x')\n"
        "sys.stdin.read()\n"
    )
    program(modules, "answering", answer)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        child = Child("it", "answering", str(told), str(listening.fileno()), keep_open=[listening.fileno()])

        async def meanwhile() -> None:
            await asyncio.sleep(0.05)
            assert child.pid == 0
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            assert await asyncio.wait_for(reader.read(), 10) == b"here"
            writer.close()

        kept(child, partial(a_connection, [listening]), meanwhile)


def test_it_ends_when_its_engine_is_killed(modules: Path) -> None:
    """Killed: nothing of the engine runs any more that could tell it."""
    told = modules / "told"
    engine = (
        "import asyncio, sys\n"
        "from phoenix_dev.runtime.engine.child import Child, at_once\n"
        f"child = Child('it', 'patient', {str(told)!r})\n"
        "async def live():\n"
        "    keeping = asyncio.create_task(child.keep(at_once))\n"
        "    while not child.pid:\n"
        "        await asyncio.sleep(0.01)\n"
        "    print(child.pid, flush=True)\n"
        "    await keeping\n"
        "asyncio.run(live())\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", engine], stdout=subprocess.PIPE, text=True, env=environment_with(os.environ)
    )
    assert running.stdout is not None
    pid = int(running.stdout.readline())
    wait_until(lambda: starts(told))
    running.kill()
    running.wait()
    running.stdout.close()
    wait_until(lambda: not _lives(pid))


def _lives(pid: int) -> bool:
    from phoenix_dev.processes.identity import identity

    return bool(identity(pid))
