"""Projects on the real engine, each removed from it at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.live.lifecycle.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(engine: str, tmp_path: Path) -> Iterator[Project]:
    """A project that a test starts by itself."""
    own = Project(tmp_path / "home")
    yield own
    own.clear()
