"""A running stack for tests of a whole module, on ports of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.reader import open_stores
from tests.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from tests.running import Ran


@dataclass(frozen=True)
class RunningStack:
    """An engine with its home; `endpoints` as `up --json` gives them."""

    home: Path
    endpoints: dict[str, str]

    @property
    def stores(self) -> Stores:
        """What the engine keeps, read from its file as the commands do."""
        return open_stores(self.home / "projects" / "phoenix" / "telemetry.db")

    def run(self, *args: str) -> Ran:
        """A command against this stack; it must succeed."""
        ran = CommandLine()(*args, env={"PHOENIX_DEV_HOME": str(self.home)})
        assert ran.code == 0, ran.stderr
        return ran


@contextmanager
def running_stack(home: Path) -> Iterator[RunningStack]:
    """`up`, and `down` at the end."""
    run = CommandLine()
    env = {"PHOENIX_DEV_HOME": str(home)}
    started = run("up", "--runtime", "embedded", "--json", env=env)
    assert started.code == 0, started.stderr
    try:
        yield RunningStack(home, started.json()["endpoints"])
    finally:
        stopped = run("down", env=env)
        assert stopped.code == 0, stopped.stderr
