"""Whom to scrape: written by one, read by another, in the form that Prometheus' discovery reads too."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.scraping.targets import Target, read_targets, targets_folder, write_targets

if TYPE_CHECKING:
    from pathlib import Path

A, B = Target("a", "http://localhost:8001"), Target("b", "https://[::1]:8002/base")


def test_each_source_has_a_list_of_its_own(tmp_path: Path) -> None:
    assert read_targets(tmp_path) == ()
    write_targets(tmp_path, "services", [A, B])
    write_targets(tmp_path, "demo", [Target("again", A.url)])
    assert {target.url for target in read_targets(tmp_path)} == {A.url, B.url}
    write_targets(tmp_path, "demo", [])
    assert read_targets(tmp_path) == (A, B)


def test_it_is_what_prometheus_discovers_and_may_read(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_targets(tmp_path, "services", [B, Target("c", "http://c")])
    finally:
        os.umask(before)
    folder = targets_folder(tmp_path)
    (path,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o755, 0o644)
    first, second = json.loads(path.read_text())
    assert first["targets"] == ["[::1]:8002"]
    assert first["labels"] == {"job": "b", "__scheme__": "https", "__metrics_path__": "/base/health/metrics"}
    assert second["targets"] == ["c:80"]


@pytest.mark.parametrize("text", ["", "[", "{}", "[3]", '[{"targets": ["a"]}]', '[{"targets": 3, "labels": {}}]'])
def test_a_list_that_cannot_be_read_names_nobody(tmp_path: Path, text: str) -> None:
    write_targets(tmp_path, "services", [A])
    (targets_folder(tmp_path) / "broken.json").write_text(text)
    assert read_targets(tmp_path) == (A,)
