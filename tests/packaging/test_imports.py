"""Who may import whom, and what a fast start leaves out."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import phoenix_dev

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(phoenix_dev.__file__).parent
ARCHITECTURE = Path(__file__).parents[2] / "ARCHITECTURE.md"
#: A row of the table of parts: `part/`, `part.py` | what is in it | what they may import.
_ROW = re.compile(r"\| (`[\w/.`, ]+`) \| .+ \| ([\w., ]+) \|")

#: Libraries that have one home, so that what they do is done in one place.
AT_HOME_IN = {
    "rich": {"render"},
    "click": {"cli", "demo"},
    "sqlite3": {"telemetry", "demo"},
    "httpx": {"alerting", "asking", "backends"},
    "yaml": {"settings", "runtime", "signals"},
    "aiosmtpd": {"inbox"},
    "docker": {"runtime"},
    "python_on_whales": {"runtime"},
    "platformdirs": {"home"},
    "uvicorn": {"receiver", "runtime", "demo", "web"},
    "starlette": {"receiver", "runtime", "demo", "web"},
    "jinja2": {"web"},
    "grpc": {"receiver", "runtime", "demo", "proving"},
}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the package by its name without the package's, `cli.root`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The full name of everything a module imports anywhere in it, also only for its types."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str:
    return module.partition(".")[0]


def is_within(name: str, allowed: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def rules() -> Iterator[tuple[str, set[str] | None]]:
    """Each part of the table and what of ours it may know besides itself; None stands for everything."""
    _, _, table = ARCHITECTURE.read_text(encoding="utf-8").partition("| part | what is in it | may import of ours |")
    for row in table.partition("\n\n")[0].splitlines()[2:]:
        found = _ROW.fullmatch(row)
        assert found, f"a row of the table of parts that cannot be read: {row}"
        allowed = {"nothing": set[str](), "everything": None}.get(found[2], set(found[2].split(", ")))
        yield from ((name.strip("`/").removesuffix(".py"), allowed) for name in found[1].split(", "))


MAY_KNOW = dict(rules())


def test_the_table_of_parts_is_the_parts_there_are_each_once() -> None:
    assert sorted(name for name, _ in rules()) == sorted({part_of(module) for module in MODULES} - {""})


@pytest.mark.parametrize("part", [part for part, allowed in MAY_KNOW.items() if allowed])
def test_a_part_uses_what_it_may_know(part: str) -> None:
    ours = {name for module, path in MODULES.items() if part_of(module) == part for name in imports(path)}
    allowed = {f"phoenix_dev.{name}" for name in MAY_KNOW[part] or ()}
    assert {name for name in allowed if not any(is_within(one, {name}) for one in ours)} == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_knows_only_what_its_part_may_know(module: str) -> None:
    allowed = MAY_KNOW[part_of(module)] if module else set()
    if allowed is None:
        return
    ours = {name.removeprefix("phoenix_dev.") for name in imports(MODULES[module]) if name.startswith("phoenix_dev.")}
    known = allowed | {part_of(module), "errors", "__version__"}
    assert {name for name in ours if not is_within(name, known)} == set()


@pytest.mark.parametrize("module", [name for name in MODULES if part_of(name) != "cli"])
def test_only_the_command_line_knows_the_command_line(module: str) -> None:
    if module == "__main__":
        return
    known = {name for name in imports(MODULES[module]) if name.startswith("phoenix_dev.cli")}
    assert known == set()


@pytest.mark.parametrize("library", AT_HOME_IN)
def test_a_library_stays_in_its_home(library: str) -> None:
    users = {part_of(name) for name, path in MODULES.items() if any(is_within(one, {library}) for one in imports(path))}
    assert users <= AT_HOME_IN[library]
    assert users, f"nobody imports {library} any more"


HEAVY = (
    "httpx",
    "docker",
    "python_on_whales",
    "yaml",
    "rich",
    "sqlite3",
    "google.protobuf",
    "grpc",
    "asyncio",
    "uvicorn",
    "starlette",
    "jinja2",
    "platformdirs",
    "shutil",
)


def loaded_by(*args: str, ends_with: int = 0) -> set[str]:
    """The modules that are loaded when the command with these arguments has ended."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('\\n'.join(['loaded:', *sys.modules])))\n"
        "from phoenix_dev.cli import main\n"
        f"sys.argv = ['phoenix-dev', *{list(args)!r}]\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == ends_with, ran.stderr
    return set(ran.stdout.partition("loaded:\n")[2].split())


@pytest.mark.parametrize("args", [["--help"], ["trace", "--help"], ["--version"]], ids=" ".join)
def test_help_loads_nothing_heavy(args: list[str]) -> None:
    loaded = loaded_by(*args)
    assert "phoenix_dev.cli.root" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_without_a_settings_file_none_of_its_parser_is_loaded() -> None:
    loaded = loaded_by("config")
    assert "phoenix_dev.settings" in loaded
    assert loaded.isdisjoint({"yaml", "platformdirs", "httpx", "sqlite3", "asyncio", "grpc"})


def test_a_look_up_in_the_embedded_store_loads_nothing_that_speaks_http() -> None:
    loaded = loaded_by("trace", "last", "--runtime", "embedded", ends_with=3)
    assert "phoenix_dev.telemetry.reader" in loaded
    assert loaded.isdisjoint({"http.client", "ssl", "httpx", "httptools", "docker", "python_on_whales"})


def test_a_look_up_on_the_real_stack_loads_no_client_for_other_machines(home: Path) -> None:
    from phoenix_dev.runtime.compose.record import ComposeRecord
    from phoenix_dev.runtime.record import StackRecord

    folder = home / "projects" / "phoenix"
    folder.mkdir(parents=True)
    StackRecord("compose", "phoenix", "development").write(folder)
    ports = dict.fromkeys(("jaeger", "jaeger_errors", "loki", "prometheus"), 1)
    ComposeRecord("0", ports).write(folder)
    loaded = loaded_by("trace", "0af7651916cd43dd8448eb211c80319c", ends_with=3)
    assert "phoenix_dev.backends.loopback" in loaded
    assert loaded.isdisjoint({"http.client", "ssl", "httpx", "docker", "python_on_whales", "asyncio", "shutil"})
