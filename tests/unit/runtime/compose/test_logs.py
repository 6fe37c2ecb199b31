"""Which folder is mounted for the log files of the real stack, and what cannot be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import UsageError
from phoenix_dev.runtime.compose.logs import ComposeLogs

if TYPE_CHECKING:
    from pathlib import Path


def test_the_nearest_folder_above_all_files_is_mounted(tmp_path: Path) -> None:
    logs = ComposeLogs(tmp_path, (f"{tmp_path}/a/logs/**/*.jsonl", f"{tmp_path}/a/b.log"))
    told = logs.prepare()
    assert told["PHOENIX_LOG_FOLDER"] == f"'{tmp_path}/a'"
    assert told["PHOENIX_LOG_FILES"] == """'["/logs/logs/**/*.jsonl", "/logs/b.log"]'"""
    assert told["PHOENIX_LOG_USER"] == f"{os.getuid()}:{os.getgid()}"
    assert (tmp_path / "a").is_dir(), "Docker would make it as root"
    assert (tmp_path / "log-positions").stat().st_mode & 0o777 == 0o700
    logs.forget()
    assert not (tmp_path / "log-positions").exists()


def test_without_files_nothing_is_started(tmp_path: Path) -> None:
    logs = ComposeLogs(tmp_path, ())
    assert (logs.services, logs.prepare()) == ([], {})


@pytest.mark.parametrize("patterns", [("/a/*.log", "/b/*.log"), ("/*.log",), ("/a/it's/*.log",), ("/a:b/*.log",)])
def test_what_cannot_be_mounted_is_told(tmp_path: Path, patterns: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="cannot be mounted"):
        ComposeLogs(tmp_path, patterns).prepare()
