"""Whom the infrastructure collector of the real stack asks for health, beside the services of the settings."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from phoenix_dev.runtime.scraped import OTHERS_FILE, write_others
from phoenix_dev.scraping.targets import Target, targets_folder, write_targets

if TYPE_CHECKING:
    from pathlib import Path

MINE, THEIRS = Target("mine", "http://127.0.0.1:1"), Target("theirs", "http://127.0.0.1:2")


def pipelines(home: Path) -> list[str]:
    text = (targets_folder(home) / OTHERS_FILE).read_text()
    if text == "service: {}\n":
        return []
    told: dict[str, Any] = json.loads(text)
    asked = [one["targets"][0]["endpoint"] for one in told["receivers"].values()]
    assert all(url.startswith(THEIRS.url) for url in asked)
    return list(told["service"]["pipelines"])


def test_whoever_else_is_listed_is_asked_under_names_that_the_settings_have_not(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        assert write_others(tmp_path)
        assert not write_others(tmp_path)
        assert pipelines(tmp_path) == []
        write_targets(tmp_path, "services", [MINE])
        write_targets(tmp_path, "demo", [Target("again", MINE.url), THEIRS])
        assert write_others(tmp_path)
    finally:
        os.umask(before)
    assert pipelines(tmp_path) == ["metrics/health_other_1"]
    assert not write_others(tmp_path)
    folder = targets_folder(tmp_path)
    assert (folder.stat().st_mode & 0o777, (folder / OTHERS_FILE).stat().st_mode & 0o777) == (0o755, 0o644)
    write_targets(tmp_path, "demo", [])
    assert write_others(tmp_path)
    assert pipelines(tmp_path) == []


def test_a_file_that_somebody_broke_is_written_anew(tmp_path: Path) -> None:
    write_others(tmp_path)
    (targets_folder(tmp_path) / OTHERS_FILE).write_text('{"receivers": {"nons')
    assert write_others(tmp_path)
    assert pipelines(tmp_path) == []
