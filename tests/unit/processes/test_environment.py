from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.processes.environment import command_of, environment_with

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_finds_this_package_wherever_it_runs_and_nothing_of_that_folder(tmp_path: Path) -> None:
    (tmp_path / "phoenix_dev.py").write_text("raise SystemExit('not this one')")
    ran = subprocess.run(
        command_of("phoenix_dev", "--version"),
        env=environment_with({"PATH": os.environ["PATH"]}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert __version__ in ran.stdout


def test_what_the_user_has_python_look_for_stays() -> None:
    given = {"PYTHONPATH": "/of/the/user", "OTHER": "kept"}
    environment = environment_with(given)
    assert environment["OTHER"] == "kept"
    assert environment["PYTHONPATH"].split(os.pathsep)[-1] == "/of/the/user"
    assert command_of("a.module", "word")[0] == sys.executable
