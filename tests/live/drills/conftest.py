"""The stack that all drills have, with a folder and a command line of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.live.lifecycle.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def stack(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Any]]:
    """The project, and where the parts of its stack answer."""
    del engine
    project = Project(tmp_path_factory.mktemp("drills"))
    try:
        yield project, project.up()["endpoints"]
    finally:
        project("demo", "stop")
        project.clear()
