"""Settings: which source decides, and where each value says it came from."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.settings import KEYS, Key, Origin, Retention, Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable
from tests.unit.settings.written import NAME, complaint, write

#: Of the settings that are no ports: a value for each source.
FOUR_VALUES = {
    "project": ["a", "b", "c", "d"],
    "runtime": ["embedded"] * 4,
    "profile": ["production"] * 4,
    "retention.traces": ["1d", "2d", "3w", "4w"],
    "retention.error_traces": ["1d", "2d", "3w", "4w"],
    "retention.logs": ["1d", "2d", "3w", "4w"],
    "retention.metrics": ["1d", "2d", "3w", "4w"],
    "retention.size": ["1GB", "2GiB", "3MB", "4MiB"],
    "alerts.email.to": ["a@x.example", "b@x.example, c@x.example", "d@x.example", "e@x.example"],
    "alerts.email.from": ["a@x.example", "b@x.example", "c@x.example", "d@x.example"],
    "alerts.email.smarthost": ["a.example:25", "b.example:587", "c.example:465", "127.0.0.1:1025"],
    "alerts.group_wait": ["1s", "2s", "3m", "4h"],
    "alerts.group_interval": ["1s", "2s", "3m", "4h"],
    "alerts.repeat_interval": ["1s", "2s", "3m", "4h"],
    "images.registry": ["a.example", "b.example:5000", "c.example/hub", "d.example:5000/hub/x"],
}


def test_without_anything_every_value_is_its_default() -> None:
    settings = load({})
    assert (settings.project, settings.runtime, settings.profile) == ("phoenix", "auto", "development")
    assert (settings.ports.otlp_grpc, settings.ports.otlp_http) == (4317, 4318)
    assert set(settings.origins.values()) == {Origin("default")}


def test_the_table_of_keys_and_the_settings_agree() -> None:
    plain = Settings()
    fields = {field.name for field in dataclasses.fields(plain)} - {"origins"}
    assert {key.name.partition(".")[0] for key in KEYS} == fields
    assert {key.name: plain.value(key.name) for key in KEYS} == {key.name: key.default for key in KEYS}


@pytest.mark.parametrize("key", [key for key in KEYS if key.shape == "text"], ids=lambda key: key.name)
def test_flag_beats_variable_beats_project_file_beats_user_file(
    key: Key, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = FOUR_VALUES.get(key.name, "1234")
    *parents, name = key.name.split(".")
    yaml = "".join(f"{depth * '  '}{parent}:\n" for depth, parent in enumerate(parents))
    yaml += len(parents) * "  " + name + ": {value}\n"
    line = len(parents) + 1

    write(yaml.format(value=values[0]), home)
    assert (str(load({}).value(key.name)), load({}).origins[key.name].place) == (values[0], f"{home / NAME}:{line}")
    project = write(yaml.format(value=values[1]))
    assert (str(load({}).value(key.name)), load({}).origins[key.name].place) == (values[1], f"{project}:{line}")
    monkeypatch.setenv(key.variable, values[2])
    assert (str(load({}).value(key.name)), load({}).origins[key.name].place) == (values[2], key.variable)
    found = load({key.name: values[3]})
    assert (str(found.value(key.name)), found.origins[key.name].place) == (values[3], key.flag)
    assert found.chosen(key.name)


def test_a_path_is_one_beside_the_file_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    project = write("alerts: {slack_url_file: secrets/slack, pagerduty_key_file: ~/key}\n")
    found = load({}).alerts
    assert found.slack_url_file == str(project.parent / "secrets" / "slack")
    assert found.pagerduty_key_file == str(Path.home() / "key")
    monkeypatch.setenv("PHOENIX_DEV_ALERTS_SLACK_URL_FILE", "here")
    assert load({}).alerts.slack_url_file == str(Path.cwd() / "here")
    write("alerts:\n  slack_url_file: [a]\n")
    assert complaint().endswith(":2 sets 'alerts.slack_url_file' to no path: it has to be the path of a file")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("alerts.email.to", "team"),
        ("alerts.email.from", "a@b.example\r\nBcc: c@d.example"),
        ("alerts.email.smarthost", "smtp.example"),
        ("alerts.email.smarthost", "smtp.example:65536"),
        ("alerts.group_wait", "0s"),
    ],
)
def test_a_channel_of_alerts_that_cannot_work_is_refused(name: str, wrong: str) -> None:
    assert "has to be" in complaint({name: wrong})


def test_what_is_kept_is_known_as_written_and_as_a_number() -> None:
    write("retention: {traces: 3d, error_traces: 2w, size: 500MB}\n")
    keep = load({}).retention
    day = 86_400 * 10**9
    assert (keep.traces, keep.age_ns("traces")) == ("3d", 3 * day)
    assert (keep.error_traces, keep.age_ns("error_traces")) == ("2w", 14 * day)
    assert (keep.logs, keep.age_ns("logs")) == ("7d", 7 * day)
    assert keep.age_ns("metrics") == 15 * day
    assert (keep.size, keep.size_bytes) == ("500MB", 500_000_000)
    assert Retention().size_bytes == 2 * 2**30


def test_the_two_files_complete_each_other(home: Path) -> None:
    write("project: mine\nports: {otlp_http: 1111}\n", home)
    write("ports: {otlp_grpc: 2222}\n")
    settings = load({})
    assert (settings.project, settings.ports.otlp_http, settings.ports.otlp_grpc) == ("mine", 1111, 2222)


def test_the_nearest_project_file_upwards_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    write("project: outer\nruntime: embedded\n")
    deep = Path.cwd() / "a" / "b"
    write("project: inner\n", deep.parent)
    deep.mkdir()
    monkeypatch.chdir(deep)
    assert (load({}).project, load({}).runtime) == ("inner", "auto")


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DEV_PROJECT", "")
    assert load({}).origins["project"] == Origin("default")


def test_a_deleted_working_folder_has_no_project_file(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Path.cwd() / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert load({}).project == "phoenix"


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DEV_PORTS_OTLP_HTTP", "70000")
    said = complaint()
    assert said == "PHOENIX_DEV_PORTS_OTLP_HTTP is '70000', but has to be a port number from 1 to 65535"


def test_a_wrong_flag_is_named() -> None:
    assert complaint({"project": "My Project"}).startswith("--project is 'My Project', but has to be 1 to 63 of a-z")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_no_settings_file(make: Callable[[Path], None]) -> None:
    make(Path.cwd() / NAME)
    assert load({}).project == "phoenix"


def test_a_file_is_checked_even_where_a_flag_decides() -> None:
    write("runtime: docker\n")
    assert "docker" in complaint({"runtime": "embedded"})


def test_under_its_own_home_nothing_of_the_users_folders_is_read(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    users = Path.home() / ".config" / "phoenix-dev"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(users.parent))
    write("project: users\n", users)
    assert load({}).project == "phoenix"
    monkeypatch.delenv("PHOENIX_DEV_HOME")
    assert (load({}).project, load({}).origins["project"].place) == ("users", f"{users / NAME}:1")
