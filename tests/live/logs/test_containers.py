"""The output of a container, kept by the embedded engine: each line once, whatever is killed or recreated when."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.live.logs.printing import Printing, removed_at_the_end
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import CommandLine


@pytest.fixture
def name(engine: str, run_cli: CommandLine, free_ports: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a container that an embedded engine follows and that is not there yet."""
    with removed_at_the_end(f"live-printing-{os.getpid()}") as name:
        monkeypatch.setenv("PHOENIX_DEV_LOGS_CONTAINERS", name)
        assert run_cli("up", "--runtime", "embedded").code == 0
        yield name
        run_cli("down")


def kept(run_cli: CommandLine, what: str) -> Counter[str]:
    return Counter(log["message"] for log in run_cli("logs", "--json", "--correlation", what).json_lines())


def processes(home: Path) -> dict[str, psutil.Process]:
    """The engine and its reader; none while one of them is not there."""
    from phoenix_dev.logfiles.reading import Reading
    from phoenix_dev.runtime.record import EngineRecord

    folder = home / "projects" / "phoenix"
    reading, record = Reading.read(folder), EngineRecord.read(folder)
    if reading is None or record is None:
        return {}
    try:
        return {"engine": psutil.Process(record.pid), "reader": psutil.Process(reading.pid)}
    except psutil.NoSuchProcess:
        return {}


def test_each_line_is_kept_once_though_reader_engine_and_container_are_killed(
    run_cli: CommandLine, home: Path, name: str
) -> None:
    assert f"{name} is waited for" in wait_until(lambda: told(run_cli, "is waited for"))
    first, second = Printing(name, "first", 300), Printing(name, "second", 20)
    first.start()
    for victim in ("reader", "engine"):
        before = kept(run_cli, "first").total()
        enough = min(before + 1, first.lines.total())  # all of it, where that came before we looked
        wait_until(lambda enough=enough: kept(run_cli, "first").total() >= enough)  # type: ignore[misc]
        process = wait_until(lambda: processes(home), what="engine and reader")[victim]
        process.send_signal(signal.SIGKILL)
        if victim == "engine":
            process.wait(30)
            assert run_cli("up", "--runtime", "embedded").code == 0
    wait_until(lambda: kept(run_cli, "first").total() >= first.lines.total(), 60, what="the last line")
    assert kept(run_cli, "first") == first.lines
    second.start("--tty", "--label", "com.docker.compose.service=shop")
    wait_until(lambda: kept(run_cli, "second").total() >= second.lines.total(), 60, what="the recreated container")
    assert kept(run_cli, "second") == second.lines
    (service,) = {log["service"] for log in run_cli("logs", "--json", "--correlation", "second").json_lines()}
    assert service == "shop"
    assert "has ended, all of it is kept" in wait_until(lambda: told(run_cli, "has ended"))


def told(run_cli: CommandLine, what: str) -> str:
    """The sentence about containers in `status`, once it says that."""
    parts = {part["name"]: part["detail"] for part in run_cli("status", "--json").json()["components"]}
    detail = str(parts["containers"])
    return detail if what in detail else ""
