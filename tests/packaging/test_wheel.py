"""What is in the wheel: the package, and all that the stack is made of."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("compose", "provisioning")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel as an installer that is offered the sdist alone builds it."""
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("dist")
    (sdist,) = SdistBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    (built,) = WheelBuilder(str(source)).build(directory=str(folder), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The files in it."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_has_every_file_of_the_stack(names: set[str], folder: str) -> None:
    files = {path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert files
    assert {f"phoenix_dev/_assets/{path.relative_to(ROOT)}" for path in files} <= names


def test_the_wheel_has_every_file_of_the_page(names: set[str]) -> None:
    files = {
        path for path in (ROOT / "phoenix_dev" / "web").rglob("*") if path.suffix in (".html", ".css", ".js", ".svg")
    }
    assert len(files) > 10
    assert {str(path.relative_to(ROOT)) for path in files} <= names


def test_the_wheel_puts_nothing_beside_the_package(names: set[str]) -> None:
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"phoenix_dev"}


def test_an_unpacked_wheel_finds_its_own_files(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "from phoenix_dev.assets import assets_folder; print(assets_folder())"
    printed = subprocess.check_output([sys.executable, "-c", program], cwd=tmp_path, text=True)
    assert Path(printed.strip()) == tmp_path / "phoenix_dev" / "_assets"
