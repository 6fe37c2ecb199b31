"""The files that compose runs from: whole, readable for containers, touched only where they differ."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.assets import assets_folder
from phoenix_dev.runtime.compose.stack_files import StackFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = """
services:
  one: {image: a, volumes: ["./one:/etc/one:ro", "data:/data"]}
  two: {image: b, volumes: ["../provisioning/two:/etc/two:ro"]}
  three: {image: c}
"""


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    for name, text in {
        "compose/compose.yaml": STACK,
        "compose/one/config.yaml": "a: 1\n",
        "compose/one/deep/er.yaml": "b: 1\n",
        "provisioning/two/board.json": "{}\n",
        "provisioning/two/make.py": "print('a source of ours')\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path / "home" / "stack")


@pytest.fixture
def narrow_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def marks(files: StackFiles) -> dict[str, str]:
    services = json.loads(files.compose_files[1].read_text())["services"]
    return {name: service["labels"]["dev.phoenix.files"] for name, service in services.items()}


def test_everything_is_there_and_no_source_of_ours(files: StackFiles, assets: Path) -> None:
    there = [files.there]
    files.write(assets, {"A": "1", "B": "two words"})
    assert [*there, files.there] == [False, True]
    assert files.environment.read_text() == "A=1\nB=two words\n"
    written = {str(path.relative_to(files.folder)) for path in files.folder.rglob("*") if path.is_file()}
    assert written == {
        "compose/compose.yaml",
        "compose/mounted.json",
        "compose/.env",
        "compose/one/config.yaml",
        "compose/one/deep/er.yaml",
        "provisioning/two/board.json",
    }


def test_containers_can_read_them_whatever_the_umask(files: StackFiles, assets: Path, narrow_umask: None) -> None:
    files.write(assets, {})
    for path in (files.folder, *files.folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_only_what_differs_is_touched(files: StackFiles, assets: Path) -> None:
    files.write(assets, {"A": "1"})
    config, board = files.folder / "compose/one/config.yaml", files.folder / "provisioning/two/board.json"
    before = {path: path.stat().st_ino for path in (config, board)}
    (assets / "compose/one/config.yaml").write_text("a: 2\n")
    files.write(assets, {"A": "1"})
    assert config.read_text() == "a: 2\n"
    assert config.stat().st_ino != before[config], "replaced whole: nobody reads half a file"
    assert board.stat().st_ino == before[board]


def test_a_changed_file_marks_the_services_that_mount_it(files: StackFiles, assets: Path) -> None:
    files.write(assets, {})
    before = marks(files)
    (assets / "compose/one/deep/er.yaml").write_text("b: 2\n")
    files.write(assets, {"A": "another"})
    after = marks(files)
    assert {name for name in after if after[name] != before[name]} == {"one"}
    (assets / "provisioning/two/new.json").write_text("{}")
    files.write(assets, {})
    assert {name for name in after if after[name] != marks(files)[name]} == {"two"}


def test_what_no_longer_belongs_there_is_removed(files: StackFiles, assets: Path) -> None:
    files.write(assets, {})
    stray = files.folder / "compose/one/.config.yaml.4711"
    stray.write_text("half a file of a process that was killed")
    (assets / "compose/one/deep/er.yaml").unlink()
    files.write(assets, {})
    assert not stray.exists()
    assert not (files.folder / "compose/one/deep/er.yaml").exists()


def test_the_assets_of_a_clone_are_those_beside_the_package() -> None:
    assert assets_folder() == Path(__file__).parents[4]


def links(files: StackFiles) -> list[str]:
    pages = json.loads((files.folder / "compose/jaeger/ui.json").read_text())
    return [pattern["url"] for pattern in pages.get("linkPatterns", ())]


def test_jaegers_links_lead_to_where_grafana_is(files: StackFiles) -> None:
    files.write(assets_folder(), {"PHOENIX_DEV_PORT_GRAFANA": "3000"})
    usual, before = links(files), marks(files)
    assert len(usual) == 3
    files.write(assets_folder(), {"PHOENIX_DEV_PORT_GRAFANA": "3105"})
    assert links(files) == [
        url.replace("http://127.0.0.1:3000/explore", "http://127.0.0.1:3105/explore") for url in usual
    ]
    assert links(files) != usual
    assert {name for name, mark in marks(files).items() if mark != before[name]} == {"jaeger"}


def test_without_grafana_nothing_leads_to_it(files: StackFiles) -> None:
    files.write(assets_folder(), {"PHOENIX_DEV_PORT_JAEGER": "16686"})
    assert links(files) == []
    assert json.loads((files.folder / "compose/jaeger/ui.json").read_text())["dependencies"] == {"menuEnabled": True}
