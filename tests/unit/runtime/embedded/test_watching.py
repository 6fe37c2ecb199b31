"""What `status` says of the process that watches: nothing, unless something is wrong with it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.processes.document import write_document
from phoenix_dev.processes.identity import identity
from phoenix_dev.runtime.embedded.watching import trouble_of_watching
from phoenix_dev.watching.diary import WATCHING_FILE, Progress

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 10**9
NOW = 1_800_000_000 * SECOND


def told(home: Path, since_s: int, **watched: int) -> str:
    """The detail of the component, empty for none; the process is this one unless another is named."""
    if watched:
        found = Progress(**{"pid": os.getpid(), "time_ns": NOW - SECOND, **watched}, identity=identity(os.getpid()))
        write_document(home / WATCHING_FILE, asdict(found))
    component = trouble_of_watching(home, NOW - since_s * SECOND, NOW)
    return component.detail if component else ""


def test_it_is_missed_once_it_has_had_time_to_begin(tmp_path: Path) -> None:
    assert told(tmp_path, 10) == ""
    assert "does not run" in told(tmp_path, 60)
    assert told(tmp_path, 60, pid=2**22) == ""  # it ended a second ago and is started again
    assert "does not run" in told(tmp_path, 600, pid=2**22, time_ns=NOW - 60 * SECOND)


@pytest.mark.parametrize(
    ("watched", "says"),
    [
        ({"behind": 0}, ""),
        ({"behind": 7, "behind_since_ns": NOW - 5 * SECOND}, ""),
        ({"behind": 7, "behind_since_ns": NOW - 50 * SECOND}, "7 blocks of telemetry are not counted yet"),
        ({"time_ns": NOW - 90 * SECOND}, "has evaluated no alert for 1m 30s"),
        ({"refused": 3}, "no room for more series: 3 points"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, watched: dict[str, int], says: str) -> None:
    found = told(tmp_path, 600, **watched)
    assert says in found
    assert bool(found) is bool(says)
