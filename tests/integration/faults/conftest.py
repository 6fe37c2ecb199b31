"""Disks that are small, full or foreign, and the engine of a stack as a process."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.tools import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Mount(Protocol):
    """Mounts a file system of its own: `mount("size=8m")` is its folder, until the end of the test."""

    def __call__(self, options: str) -> Path: ...


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    folder = tmp_path / "disk"
    with ExitStack() as at_the_end:

        def mounted(options: str) -> Path:
            folder.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                missing("tmpfs", f"a file system of its own cannot be mounted here: {done.stderr.strip()}")
            # Lazily: the kernel lets go of a page's sockets a moment after their process has ended.
            at_the_end.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
            return folder

        yield mounted
