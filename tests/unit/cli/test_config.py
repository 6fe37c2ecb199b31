"""`config`: what is in effect and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_dev.settings import KEYS

if TYPE_CHECKING:
    import pytest

    from tests.conftest import Invoke
    from tests.running import CommandLine


def test_each_setting_is_a_line_with_its_value_and_origin(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path.cwd() / "phoenix-dev.yaml"
    file.write_text("runtime: embedded\nports:\n  otlp_http: 14318\n")
    monkeypatch.setenv("PHOENIX_DEV_PROFILE", "production")
    ran = invoke("--project", "shop", "config")
    assert ran.exit_code == 0
    lines = [line.split(maxsplit=2) for line in ran.stdout.splitlines()]
    assert [line[0] for line in lines] == [key.name for key in KEYS]
    assert lines[:5] == [
        ["project", "shop", "flag --project"],
        ["runtime", "embedded", f"file {file}:1"],
        ["profile", "production", "variable PHOENIX_DEV_PROFILE"],
        ["ports.otlp_grpc", "4317", "default"],
        ["ports.otlp_http", "14318", f"file {file}:3"],
    ]


def test_json_says_the_same(run_cli: CommandLine) -> None:
    ran = run_cli("config", "--json", env={"PHOENIX_DEV_PORTS_OTLP_GRPC": "14317"})
    assert set(ran.json()) == {key.name for key in KEYS}
    assert ran.json()["project"] == {"value": "phoenix", "origin": "default"}
    assert ran.json()["ports.otlp_grpc"] == {"value": 14317, "origin": "variable PHOENIX_DEV_PORTS_OTLP_GRPC"}


def test_a_folder_with_a_hostile_name_is_shown_escaped(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path.cwd() / "a\x1b[31mb\nc"
    folder.mkdir()
    (folder / "phoenix-dev.yaml").write_text("project: shop\n")
    monkeypatch.chdir(folder)
    shown = invoke("config").stdout
    assert "a\\x1b[31mb\\nc/phoenix-dev.yaml:1" in shown
    assert len(shown.splitlines()) == len(KEYS)


def test_asking_creates_nothing(invoke: Invoke, home: Path) -> None:
    invoke("config")
    assert not home.exists()


def test_a_wrong_file_is_2_and_named(run_cli: CommandLine) -> None:
    Path("phoenix-dev.yaml").write_text("porject: x\n")
    ran = run_cli("config")
    assert (ran.code, ran.stdout) == (2, "")
    assert f"{Path.cwd() / 'phoenix-dev.yaml'}:1 sets 'porject'" in ran.stderr


def test_the_help_explains_each_setting_and_what_it_may_be(invoke: Invoke) -> None:
    shown = " ".join(invoke("config", "--help").stdout.split())
    for key in KEYS:
        assert f" {key.name} {key.description}: {key.allowed} " in shown
    assert "retention.traces how long traces are kept: whole days or weeks, as in 7d or 4w [default: 7d]" in shown
    assert "ports.loki where Loki answers, on loopback: a port number from 1 to 65535 [default: 3100]" in shown
    assert "hub [default: none]" in shown
    assert "runtime what runs the stack: auto, compose or embedded [default: auto]" in shown
