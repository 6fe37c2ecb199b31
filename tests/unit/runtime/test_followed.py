"""What `status` and `doctor` say of log files and containers that are followed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.doctor.examination import Skip
from phoenix_dev.doctor.followed import followed
from phoenix_dev.logfiles.reading import ContainerReading, Diary, FilesReading
from phoenix_dev.runtime.compose.containers import ContainerFacts
from phoenix_dev.runtime.followed import by_the_collector, by_the_reader

if TYPE_CHECKING:
    from pathlib import Path

FILES = FilesReading(2, 3_000_000, ("/logs/*.log",), {"/logs/secret.jsonl": "Permission denied"})
CONTAINERS = (
    ContainerReading("shop", "followed", behind_ns=5 * 10**9),
    ContainerReading("llm", "awaited"),
    ContainerReading("db", "unread", "the logging driver does not support reading"),
)


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    Diary(tmp_path).note(FILES, CONTAINERS)
    return tmp_path


def test_status_names_what_is_behind_missing_and_unreadable(noted: Path) -> None:
    files, containers = (one.component() for one in by_the_reader(noted, ["…"], ["…"]))
    assert (files.name, files.state, files.health) == ("log-files", "running", "unhealthy")
    behind = "2 files, 3.0 MB behind"
    assert (
        files.detail == f"{behind}; /logs/secret.jsonl cannot be read: Permission denied; nothing matches /logs/*.log"
    )
    assert containers.detail == (
        "1 container, 5 s behind; db cannot be read: the logging driver does not support reading; llm is waited for"
    )


def test_doctor_has_a_finding_for_each_with_a_fix(noted: Path) -> None:
    found = by_the_reader(noted, ["…"], ["…"])
    unreadable, unmatched = followed("log-files", found)
    assert (unreadable.severity.word, unreadable.fix) == ("warning", "ls -l /logs/secret.jsonl")
    assert (unmatched.severity.word, unmatched.what) == ("info", "nothing matches /logs/*.log")
    assert [one.severity.word for one in followed("containers", found)] == ["warning", "info"]


def test_a_reader_that_is_gone_reads_nothing_whatever_it_wrote_down(tmp_path: Path) -> None:
    (one,) = by_the_reader(tmp_path, ["…"], [])
    assert one.component().health == "unhealthy"
    assert [finding.fix for finding in followed("log-files", [one])] == ["phoenix-dev up"]
    with pytest.raises(Skip):
        list(followed("containers", [one]))


def test_on_the_real_stack_files_are_looked_at_as_the_collector_sees_them(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("1\n")
    patterns = [f"{tmp_path}/*.log", f"{tmp_path}/*.jsonl"]
    facts = ContainerFacts("p-log-files-1", "running", 0, 0, False, "", "")
    there = by_the_collector(patterns, facts).component()
    assert (there.health, there.detail) == ("healthy", f"1 file; nothing matches {tmp_path}/*.jsonl")
    assert by_the_collector(patterns, None).component().health == "unhealthy"
    if os.getuid():
        (tmp_path / "a.log").chmod(0)
        assert "a.log cannot be read" in by_the_collector(patterns, facts).component().detail
