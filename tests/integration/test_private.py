"""Telemetry holds prompts, tokens and names: what is kept is for its user alone."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tests.stack import running_stack

if TYPE_CHECKING:
    from pathlib import Path


def test_nobody_else_can_read_what_is_kept(home: Path) -> None:
    before = os.umask(0o000)  # of a user who shares everything
    try:
        with running_stack(home) as stack:
            stack.run("demo", "--seed", "1")
            stack.run("demo", "stop")
            # Addresses of services are open to the collector, another user; but not before the folders around them.
            addresses = stack.home / "projects" / stack.project / "targets"
            found = [home, *(path for path in home.rglob("*") if addresses not in (path, *path.parents))]
            assert any(path.name == "telemetry.db" for path in found)
            open_to_others = [path for path in found if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
            assert open_to_others == []
    finally:
        os.umask(before)
