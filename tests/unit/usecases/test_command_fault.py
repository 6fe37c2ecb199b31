"""A fault that is commands of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from phoenix_dev.errors import PhoenixDevError, UsageError
from phoenix_dev.model.drill import Expected
from phoenix_dev.usecases import fault_at_hand
from phoenix_dev.usecases.fault_at_hand import command_fault
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = Expected("ServiceErrorRate", "critical")


def test_what_a_command_prints_is_no_data_and_its_status_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    fault = command_fault('echo "it\'s" broken', "echo mended; exit 3", EXPECTED)
    fault.inject()
    with pytest.raises(PhoenixDevError, match="the command of --recover ended with the status 3"):
        fault.recover()
    assert capfd.readouterr() == ("", "it's broken\nmended\n")


def test_a_command_that_does_not_end_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_at_hand, "_COMMAND_S", 1.0)
    fault = command_fault(f"sleep 300 & echo $! > {tmp_path}/number; sleep 300; true", "", EXPECTED)
    with pytest.raises(PhoenixDevError, match="has not ended after 1 s"):
        fault.inject()
    wait_until(lambda: not _runs(int((tmp_path / "number").read_text())))


def _runs(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_nothing_is_no_command() -> None:
    with pytest.raises(UsageError, match="no command"):
        command_fault(" ", "", EXPECTED)
