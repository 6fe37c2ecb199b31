"""How a process of our own Python is started in the background."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]


def command_of(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package."""
    # -P: the folder it runs in is no place to import from
    return [sys.executable, "-P", "-m", module, *arguments]


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables, and what a process needs besides to find this package and to stay small."""
    # glibc gives each thread an arena of its own, and what the threads free stays there.
    environment = {**variables, "MALLOC_ARENA_MAX": "2"}
    if str(_PACKAGE_FOLDER) != sysconfig.get_path("purelib"):  # run from a source folder
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_PACKAGE_FOLDER), variables.get("PYTHONPATH"))))
    return environment
