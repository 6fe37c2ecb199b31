"""A full disk: refused with a sentence while it lasts, over by itself, and nothing that was acknowledged is lost."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import grpc
import pytest

from tests.running import CommandLine
from tests.stack import running_stack
from tests.waiting import wait_until

from .senders import Sender, engine_of, failure_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stack import RunningStack

    from .conftest import Mount

pytestmark = pytest.mark.usefixtures("free_ports")
KB = 1000


def fill(folder: Path, left: int = 0) -> Path:
    """Take what room there is, but for so many bytes; the file that takes it."""
    filler = folder / "somebody-else"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            file.truncate(max(0, file.tell() - left))
    return filler


def state(stack: RunningStack) -> tuple[str, str]:
    """What status says of the stack, and of its engine."""
    status = stack.run("status", "--json").json()
    return status["state"], status["components"][0]["detail"]


def test_a_full_disk_presses_back_until_there_is_room(mount: Mount) -> None:
    disk = mount("size=48m")
    with running_stack(disk / "home") as stack:
        sender = Sender(stack)
        sender.send(100 * KB)
        filler = fill(disk)
        refused = sender.send_until_refused(100 * KB)
        sentence = f"the store could not write: the disk of {disk}/home/projects/phoenix is full"
        assert (refused.status_code, int(refused.headers["retry-after"])) == (503, 5)
        assert sentence in refused.text
        assert sender.send_over_grpc(100 * KB) == (grpc.StatusCode.UNAVAILABLE, sentence)
        assert state(stack) == ("degraded", f"{sentence} (run: df -h {disk}/home/projects/phoenix)")
        found = {one["check"]: one for one in CommandLine()("doctor", "--json", env=at(stack)).json()["findings"]}
        assert (found["engine"]["what"], found["engine"]["fix"][:6]) == (sentence, "df -h ")
        filler.unlink()
        wait_until(lambda: not failure_of(stack), what="an engine that is well again though nobody sends")
        assert state(stack)[0] == "running"
        assert sender.send(100 * KB).status_code == 200
        assert sender.lost() == set()


def test_what_was_acknowledged_survives_a_kill_on_a_full_disk(mount: Mount) -> None:
    disk = mount("size=40m")
    with running_stack(disk / "home") as stack:
        sender = Sender(stack)
        sender.send()
        fill(disk, left=300 * KB)
        sender.send_until_refused(20 * KB)
        engine = engine_of(stack)
        engine.kill()
        wait_until(lambda: not engine.is_running())
        assert sender.lost() == set(), "as they are read while nothing runs"
        stack.run("up", "--runtime", "embedded")
        assert sender.lost() == set()


def test_retention_makes_room_on_a_full_disk(mount: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = mount("size=16m")
    monkeypatch.setenv("PHOENIX_DEV_RETENTION_SIZE", "16MB")
    with running_stack(disk / "home") as stack:
        sender = Sender(stack)
        for _ in range(20):
            sender.send(300 * KB)
        fill(disk)
        sender.send_until_refused(100 * KB)
        monkeypatch.setenv("PHOENIX_DEV_RETENTION_SIZE", "5MB")
        stack.run("up", "--runtime", "embedded")
        files = ("telemetry.db", "telemetry.db-wal")
        wait_until(lambda: sum((disk / "home/projects/phoenix" / one).stat().st_size for one in files) < 5_000_000, 60)
        assert sender.send(100 * KB).status_code == 200
        assert sender.acknowledged[-1] not in sender.lost()


def test_a_limit_on_the_size_of_files_is_told_as_such(home: Path) -> None:
    with running_stack(home) as stack:
        sender, engine = Sender(stack), engine_of(stack)
        _, most = engine.rlimit(resource.RLIMIT_FSIZE)
        engine.rlimit(resource.RLIMIT_FSIZE, (1_000_000, most))
        refused = sender.send_until_refused(100 * KB)
        assert refused.status_code == 503
        assert "has reached the size that this process may write (ulimit -f)" in refused.text
        assert state(stack)[0] == "degraded"
        engine.rlimit(resource.RLIMIT_FSIZE, (most, most))
        wait_until(lambda: not failure_of(stack))
        assert sender.send(100 * KB).status_code == 200
        assert sender.lost() == set()


def test_a_full_inode_table_is_not_a_full_disk(mount: Mount) -> None:
    disk = mount("size=64m,nr_inodes=64")
    with running_stack(disk / "home") as stack:
        sender = Sender(stack)
        sender.send()
        for number in range(64):
            try:
                (disk / f"file-{number}").touch()
            except OSError:
                break
        assert sender.send().status_code == 200, "what is written needs no new file"
        stack.run("down")
        refused = CommandLine()("up", "--runtime", "embedded", env=at(stack))
        assert refused.code == 3
        assert "has no inode left: it holds as many files as it can" in refused.stderr
        assert f"df -i {disk}/home/projects/phoenix" in refused.stderr
        assert "disk" not in refused.stderr.replace(str(disk), "")
        (disk / "file-0").unlink()
        for file in disk.glob("file-*"):
            file.unlink()
        stack.run("up", "--runtime", "embedded")
        assert sender.lost() == set()


def at(stack: RunningStack) -> dict[str, str]:
    """The environment of a command for this stack."""
    return {"PHOENIX_DEV_HOME": str(stack.home)}
