"""Projects on the real engine, each removed from it at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.live.lifecycle.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import Ran


@dataclass(frozen=True)
class Running:
    """A project that was started: what the first `up` said, and how long it took."""

    project: Project
    first: Ran
    seconds: float

    @property
    def up(self) -> Any:
        """What the first `up --json` printed."""
        return self.first.json()


@pytest.fixture
def project(engine: str, tmp_path: Path) -> Iterator[Project]:
    """A project that a test starts by itself."""
    own = Project(tmp_path / "home")
    yield own
    own.clear()


@pytest.fixture(scope="module")
def running(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that runs for all tests of a file."""
    project = Project(tmp_path_factory.mktemp("running") / "home")
    project.home.mkdir()
    (project.home / "phoenix-dev.yaml").write_text("alerts: {group_wait: 1s}\n")
    began = time.monotonic()
    first = project("up", "--runtime", "compose", "--without", "grafana", "--json")
    seconds = time.monotonic() - began
    assert first.code == 0, first.stderr
    yield Running(project, first, seconds)
    project.clear()
