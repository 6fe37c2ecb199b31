"""Projects of JavaScript with packages of npm: installed once for each lock file, used from a copy of the project."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.made_once import OUTSIDE, made_once
from tests.tools import need

if TYPE_CHECKING:
    from pathlib import Path


def npm_project(project: Path, into: Path) -> Path:
    """A copy of a project in a folder that is not there yet, with its packages at hand."""
    npm, lock_file = need("npm"), project / "package-lock.json"

    def install(folder: Path, _workshop: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / name, folder)
        installed = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            env=OUTSIDE,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert installed.returncode == 0, installed.stderr

    packages = made_once(f"npm-{project.name}", [project / "package.json", lock_file], install) / "node_modules"
    shutil.copytree(project, into, ignore=shutil.ignore_patterns("node_modules"))
    (into / "node_modules").symlink_to(packages)
    return into
