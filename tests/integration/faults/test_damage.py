"""A damaged store is noticed, set aside under a name that is told, and never a reason not to start."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.telemetry.writer import Writer
from tests import otlp
from tests.running import CommandLine
from tests.stack import running_stack
from tests.waiting import wait_until

from .senders import Sender, engine_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.stack import RunningStack

pytestmark = pytest.mark.usefixtures("free_ports")


def header(file: Path) -> None:
    overwrite(file, 0, 100)


def middle(file: Path) -> None:
    size = file.stat().st_size
    overwrite(file, size // 10, size * 8 // 10)


def truncated(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def overwrite(file: Path, start: int, length: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(random.Random(1).randbytes(length))


def store_of(stack: RunningStack) -> Path:
    return stack.home / "projects/phoenix/telemetry.db"


@pytest.fixture
def filled(home: Path) -> Path:
    """A home with a store of some hundred kilobytes; nothing runs."""
    noise = random.Random(1)
    writer = Writer(home / "projects/phoenix/telemetry.db")
    for _ in range(20):
        export = otlp.traces("shop", otlp.span(otlp.new_trace_id(), attributes={"noise": noise.randbytes(20_000)}))
        writer.submit(export, export.ByteSize()).result(timeout=10)
    writer.close()
    return home


@pytest.mark.parametrize("damage", [header, truncated])
def test_a_store_that_was_damaged_while_nothing_ran_is_set_aside(filled: Path, damage: Callable[[Path], None]) -> None:
    store = filled / "projects/phoenix/telemetry.db"
    damage(store)
    broken = store.read_bytes()
    with running_stack(filled) as stack:
        (aside,) = store.parent.glob("telemetry.db.damaged-*")
        assert aside.read_bytes() == broken
        assert Sender(stack).send().status_code == 200
        status = stack.run("status", "--json").json()
        assert status["state"] == "running"
        assert str(aside) in status["components"][1]["detail"]
        (found,) = [one for one in stack.run("doctor", "--json").json()["findings"] if "set aside" in one["what"]]
        assert (found["check"], found["fix"]) == ("store", f"rm {aside}")
        aside.unlink()
        assert len(stack.run("status", "--json").json()["components"]) == 1


def test_up_says_what_it_set_aside(filled: Path) -> None:
    with running_stack(filled) as stack:
        stack.run("down")
        header(store_of(stack))
        up = stack.run("up", "--runtime", "embedded")
        assert "the store was damaged (file is not a database): it is kept as " in up.stderr
        again = stack.run("up", "--runtime", "embedded")
        assert "damaged" not in again.stderr, "told once"


def test_pages_in_the_middle_are_noticed_when_they_are_touched_and_set_aside_at_the_next_start(filled: Path) -> None:
    with running_stack(filled) as stack:
        middle(store_of(stack))
        sender = Sender(stack)
        for _ in range(50):
            sender.send(20_000)
        doctor = stack_doctor(stack)
        assert doctor["severity"] == "error"
        assert doctor["fix"] == "phoenix-dev down && phoenix-dev up"
        status = stack.run("status", "--json").json()
        assert status["state"] == "degraded"
        assert "(run: phoenix-dev down && phoenix-dev up)" in status["components"][0]["detail"]
        stack.run("down")
        up = stack.run("up", "--runtime", "embedded")
        assert "it is kept as" in up.stderr
        assert sender.send().status_code == 200
        assert stack_doctor(stack)["severity"] in ("ok", "info")


def test_commits_that_a_damaged_log_has_lost_are_told(home: Path) -> None:
    with running_stack(home) as stack:
        sender, log = Sender(stack), store_of(stack).with_name("telemetry.db-wal")
        sizes = []
        for _ in range(20):
            sender.send(20_000)
            sizes.append(log.stat().st_size)
        engine = engine_of(stack)
        engine.kill()
        wait_until(lambda: not engine.is_running())
        overwrite(log, sizes[9] + 100, 50)
        up = stack.run("up", "--runtime", "embedded")
        assert "the write-ahead log of the store was damaged: its last 10 commits are lost" in up.stderr
        assert len(list(log.parent.glob("telemetry.db.damaged-*-wal"))) == 1
        assert sender.lost() == set(sender.acknowledged[10:])
        assert sender.send().status_code == 200


def test_a_kill_is_no_damage(home: Path) -> None:
    with running_stack(home) as stack:
        sender = Sender(stack)
        sender.send(20_000)
        engine = engine_of(stack)
        engine.kill()
        wait_until(lambda: not engine.is_running())
        stack.run("up", "--runtime", "embedded")
        assert sender.lost() == set()
        assert not list(store_of(stack).parent.glob("*damaged*"))


def stack_doctor(stack: RunningStack) -> dict[str, str]:
    """What doctor finds about the store."""
    ran = CommandLine()("doctor", "--json", env={"PHOENIX_DEV_HOME": str(stack.home)})
    found: dict[str, str] = next(one for one in ran.json()["findings"] if one["check"] == "store")
    return found
