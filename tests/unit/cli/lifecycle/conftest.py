"""An engine that a test may start by the command, on ports of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.runtime.embedded.handle import EngineHandle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import CommandLine


@pytest.fixture(autouse=True)
def engine(home: Path, free_ports: None) -> Iterator[EngineHandle]:
    """The engine that a test may start; it is stopped at the end."""
    handle = EngineHandle(home / "projects" / "phoenix")
    yield handle
    handle.stop()


@pytest.fixture
def up(run_cli: CommandLine) -> Any:
    """What `up --json` printed for a stack that now runs."""
    ran = run_cli("up", "--json")
    assert ran.code == 0, ran.stderr
    return ran.json()
