"""A state folder that is somebody else's, read-only, or deleted under a running engine: told with what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.running import CommandLine
from tests.stack import running_stack
from tests.tools import missing, need
from tests.waiting import wait_until

from .senders import Sender, engine_of

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Mount

pytestmark = pytest.mark.usefixtures("free_ports")
COMMANDS = (("up", "--runtime", "embedded"), ("status",), ("traces",), ("down",), ("env",))
STRANGER = 54_321


class Obedient(CommandLine):
    """Root without the right to pass over the rights of others."""

    def __init__(self, setpriv: str) -> None:
        self.argv = (setpriv, "--bounding-set=-dac_override,-dac_read_search", *CommandLine.argv)


@pytest.fixture
def obedient() -> CommandLine:
    """Commands that rights hold for, also where we are root."""
    return CommandLine() if os.geteuid() else Obedient(need("setpriv"))


@pytest.mark.parametrize("place", [".", "projects", "projects/phoenix"])
def test_a_folder_of_another_user_is_told_with_its_owner(home: Path, obedient: CommandLine, place: str) -> None:
    if os.geteuid():
        missing("root", "a folder can be given to another user by root alone")
    folder = home / place
    folder.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    os.chown(folder, STRANGER, STRANGER)
    for arguments in COMMANDS:
        ran = obedient(*arguments)
        assert ran.code == 3, arguments
        assert f"{folder.resolve()} belongs to user {STRANGER} (mode 0700), and you are root" in ran.stderr
        assert ran.stderr.endswith("hint: export PHOENIX_DEV_HOME=~/.phoenix-dev\n")
    doctor = next(one for one in obedient("doctor", "--json").json()["findings"] if one["check"] == "folder")
    assert (doctor["severity"], doctor["fix"]) == ("error", "export PHOENIX_DEV_HOME=~/.phoenix-dev")


def test_a_folder_that_one_made_read_only_oneself_is_told_with_chmod(home: Path, obedient: CommandLine) -> None:
    home.mkdir()
    home.chmod(0o500)
    ran = obedient("up", "--runtime", "embedded")
    home.chmod(0o700)
    assert ran.code == 3
    assert f"{home} forbids it (mode 0500)" in ran.stderr
    assert f"hint: chmod u+rwx {home}" in ran.stderr


def test_a_file_system_that_becomes_read_only_is_told(mount: Mount) -> None:
    disk = mount("size=16m")
    with running_stack(disk / "home") as stack:
        sender = Sender(stack)
        sender.send()
        stack.run("down")
        remount(disk, "ro")
        refused = CommandLine()("up", "--runtime", "embedded", env={"PHOENIX_DEV_HOME": str(stack.home)})
        assert refused.code == 3
        assert "is on a file system that is mounted read-only" in refused.stderr
        assert sender.lost() == set(), "it can still be read"
        remount(disk, "rw")
        stack.run("up", "--runtime", "embedded")


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def test_an_engine_whose_folder_is_deleted_takes_nothing_more_and_says_why_it_ended(home: Path) -> None:
    project = home / "projects/phoenix"
    with running_stack(home) as stack:
        sender, engine = Sender(stack), engine_of(stack)
        sender.send()
        shutil.rmtree(project)
        answers = []

        def gone() -> bool:
            try:
                answers.append(sender.send())
            except httpx.TransportError:
                return True
            return False

        wait_until(gone, what="an engine that ended")
        assert {answer.status_code for answer in answers} <= {503}
        assert all("was deleted while the engine runs" in answer.text for answer in answers)
        status = CommandLine()("status", "--json")
        assert status.code == 3
        said = status.json()["components"][0]["detail"]
        assert f"its folder {project} was deleted while it ran; phoenix-dev up begins anew" in said
        wait_until(lambda: not engine.is_running() or engine.status() == "zombie")
        stack.run("up", "--runtime", "embedded")
        assert sender.send().status_code == 200
        assert "deleted" not in stack.run("status").stdout
        assert [path.name for path in project.parent.iterdir()] == ["phoenix"]


def test_of_a_home_that_was_deleted_with_all_around_it_nothing_is_made_again(home: Path) -> None:
    with running_stack(home / "deep" / "er") as stack:
        engine = engine_of(stack)
        shutil.rmtree(home)
        wait_until(lambda: not engine.is_running() or engine.status() == "zombie")
        assert not home.exists()
