"""What the README and the Makefile say is so."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from phoenix_dev.cli.root import root
from phoenix_dev.runtime.compose.parts import PORTS, Port
from phoenix_dev.settings import KEYS, Key
from tests.examples import calls_in, read_by_the_command

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

#: First cells of the rows of every table, headings and rulers included.
FIRST_CELLS = re.findall(r"^\|([^|\n]*)\|", README, re.MULTILINE)
IN_A_TABLE = {word for cell in FIRST_CELLS for code in re.findall(r"`([^`]+)`", cell) for word in code.split()[:1]}
FENCED = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
BLOCKS = "\n".join(text for language, text in FENCED if language in ("", "sh", "bash", "console", "shell"))
CALLS = calls_in(BLOCKS)


@pytest.mark.parametrize("command", root.commands)
def test_every_command_stands_in_a_table(command: str) -> None:
    assert command in IN_A_TABLE, f"no table of README.md has a row that starts with `{command}`"


def test_the_readme_names_no_command_that_is_not_there() -> None:
    documented = {one for one in IN_A_TABLE if re.fullmatch(r"[a-z]+", one)}
    keys = {key.name.partition(".")[0] for key in KEYS}
    assert documented <= {*root.commands, *keys, "make"}


@pytest.mark.parametrize(
    ("command", "below"),
    [
        (name, below)
        for name, command in root.commands.items()
        if isinstance(command, click.Group)
        for below in command.commands
    ],
)
def test_every_command_below_another_is_named(command: str, below: str) -> None:
    assert re.search(rf"`(?:phoenix-dev )?{command} (?:\w+\|)*{below}\b", README), (
        f"README.md lacks `{command} {below}`"
    )


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_setting_is_named_with_its_variable_and_default(key: Key) -> None:
    rows = [line for line in README.splitlines() if f"`{key.name}`" in line and line.startswith("|")]
    assert rows, f"no table of README.md has a row for the setting `{key.name}`"
    assert any(f"`{key.variable}`" in row and f"`{key.default_text}`" in row for row in rows)


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.name)
def test_every_port_stands_in_the_table_of_ports(port: Port) -> None:
    rows = re.findall(rf"^\| {port.inside} \|.*\|$", README, re.MULTILINE)
    what = port.what.removeprefix("OTLP/")
    assert any(what in row for row in rows), f"no table of README.md says that {port.inside} is {port.what}"


def test_the_readme_calls_the_command() -> None:
    assert CALLS


@pytest.mark.parametrize("args", CALLS, ids=" ".join)
def test_every_call_in_the_readme_is_understood(args: list[str]) -> None:
    try:
        read_by_the_command(args)
    except click.exceptions.Exit as left:  # --help and --version
        assert left.exit_code == 0  # noqa: PT017


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    used = set(re.findall(r"\bmake ([a-z]+)\b(?=`|\s*$|\s+#| PYTHON=)", README, re.MULTILINE))
    assert {"demo", "test"} <= used <= targets


@pytest.mark.parametrize("file", ["LICENSE", "CHANGELOG.md", "ARCHITECTURE.md", "Makefile", ".ci/run"])
def test_the_files_a_reader_expects_are_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_every_file_the_readme_links_to_is_there() -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", README) + re.findall(
        r'(?:src|href)="(?!https?://|#)([^"#]+)"', README
    )
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_lines_of_rust_are_those_of_the_service_that_is_run() -> None:
    sources = (ROOT / "tests" / "clients" / "rust" / "src").glob("*.rs")
    run = {line.strip() for source in sources for line in source.read_text(encoding="utf-8").splitlines()}
    (shown,) = (text for language, text in FENCED if language == "rust")
    said = {line.strip() for line in shown.splitlines() if not line.startswith("//")}
    assert said
    assert said <= run
