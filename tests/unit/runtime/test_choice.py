"""Which runtime a command is about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.choice import runtime_to_read, runtime_to_start
from phoenix_dev.runtime.record import StackRecord
from phoenix_dev.settings import load
from tests.unit.runtime.compose.test_docker_engine import engine_that_answers, http

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE, EMBEDDED = StackRecord("compose", "phoenix", "development"), StackRecord("embedded", "phoenix", "development")


def recorded(home: Path, record: StackRecord) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    record.write(home)
    return home


def test_auto_is_compose_where_an_engine_answers_and_nothing_is_to_be_said(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine_that_answers(tmp_path / "d.sock", http("200 OK", b"OK")) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        choice = runtime_to_start(home, load({}))
    assert (choice.name, choice.why) == ("compose", "")


def test_auto_is_embedded_where_none_answers_and_why_is_said(home: Path) -> None:
    choice = runtime_to_start(home, load({}))
    assert choice.name == "embedded"
    assert choice.why.startswith(f"the runtime is embedded: the Docker engine at {os.environ['DOCKER_HOST']}")


def test_what_is_named_is_taken_as_named(home: Path) -> None:
    assert runtime_to_start(home, load({"runtime": "compose"})).name == "compose"
    assert runtime_to_start(home, load({"runtime": "embedded"})).name == "embedded"


def test_containers_that_ran_on_an_engine_that_is_gone_hinder_nobody(home: Path) -> None:
    recorded(home, COMPOSE)
    assert runtime_to_start(home, load({"runtime": "embedded"})).name == "embedded"


@pytest.mark.parametrize("record", [COMPOSE, EMBEDDED], ids=lambda record: record.runtime)
def test_reading_goes_by_what_was_started_last(
    home: Path, record: StackRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(home, record)
    assert runtime_to_read(home, load({})) == record.runtime
    monkeypatch.setenv("PHOENIX_DEV_RUNTIME", "compose" if record is EMBEDDED else "embedded")
    assert runtime_to_read(home, load({})) == record.runtime


def test_a_flag_of_the_reading_command_decides_before_that(home: Path) -> None:
    recorded(home, COMPOSE)
    assert runtime_to_read(home, load({"runtime": "embedded"})) == "embedded"


def test_where_nothing_was_started_the_setting_decides(home: Path) -> None:
    assert runtime_to_read(home, load({})) == "embedded"
    assert runtime_to_read(home, load({"runtime": "compose"})) == "compose"
