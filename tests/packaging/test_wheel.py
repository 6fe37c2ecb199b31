"""What is in the wheel: the package, and all that the stack is made of."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("compose", "provisioning")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files in a wheel built from here."""
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_has_every_file_of_the_stack(names: set[str], folder: str) -> None:
    files = {path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert files
    assert {f"phoenix_dev/_assets/{path.relative_to(ROOT)}" for path in files} <= names


def test_the_wheel_puts_nothing_beside_the_package(names: set[str]) -> None:
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"phoenix_dev"}


def test_an_unpacked_wheel_finds_its_own_files(names: set[str], tmp_path: Path) -> None:
    package = tmp_path / "phoenix_dev"
    for source in ("__init__.py", "errors.py", "assets.py"):
        package.mkdir(exist_ok=True)
        (package / source).write_bytes((ROOT / "phoenix_dev" / source).read_bytes())
    stack = package / "_assets" / "compose" / "compose.yaml"
    stack.parent.mkdir(parents=True)
    stack.touch()
    program = "from phoenix_dev.assets import assets_folder; print(assets_folder())"
    printed = subprocess.check_output([sys.executable, "-c", program], cwd=tmp_path, text=True)
    assert Path(printed.strip()) == package / "_assets"
