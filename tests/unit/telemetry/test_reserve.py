"""Room that is given up and taken again, and what keeps a file from growing."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.telemetry import reserve as reserve_module
from phoenix_dev.telemetry.hindrance import find_hindrance, hindrance_of
from phoenix_dev.telemetry.reserve import Reserve

if TYPE_CHECKING:
    from pathlib import Path


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_it_takes_room_gives_it_up_and_takes_it_again(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", 1_000_000)
    assert not reserve.release()
    assert reserve.hold()
    assert os.stat(tmp_path / "reserve").st_blocks * 512 >= 1_000_000
    assert reserve.release()
    assert reserve.missing
    assert reserve.hold()
    assert not reserve.missing


def test_a_disk_that_never_had_the_room_has_no_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve_module, "_allocate", full)
    reserve = Reserve(tmp_path / "reserve", 1000)
    assert reserve.hold()
    assert not reserve.missing
    assert not (tmp_path / "reserve").exists()


def test_once_given_up_it_is_missing_until_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = Reserve(tmp_path / "reserve", 1000)
    reserve.hold()
    reserve.release()
    with monkeypatch.context() as patched:
        patched.setattr(reserve_module, "_allocate", full)
        assert not reserve.hold()
        assert reserve.missing
    assert reserve.hold()


def test_nothing_hinders_in_a_folder_of_ones_own_and_nothing_is_left_there(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert find_hindrance(folder, offset=10**9) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "what", "fix"),
    [
        (errno.ENOSPC, "the disk of {} is full", "df -h {}"),
        (errno.EDQUOT, "your quota on the disk of {} is used up", "quota -s"),
        (errno.EROFS, "{} is on a file system that is mounted read-only", "export PHOENIX_DEV_HOME=~/.phoenix-dev"),
        (errno.EIO, "{}: input/output error", "export PHOENIX_DEV_HOME=~/.phoenix-dev"),
    ],
)
def test_what_the_system_says_becomes_a_sentence_and_a_command(
    tmp_path: Path, number: int, what: str, fix: str
) -> None:
    found = hindrance_of(OSError(number, os.strerror(number)), tmp_path)
    assert (found.what, found.fix) == (what.format(tmp_path), fix.format(tmp_path))
