"""A store in a file of the test's own, and the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phoenix_dev.stores import Stores


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "telemetry.db"


@pytest.fixture
def send(path: Path) -> Iterator[Callable[..., None]]:
    """Sends exports and returns when they can be read."""
    writer = Writer(path)

    def all_of(*exports: Any) -> None:
        for future in [writer.submit(export, export.ByteSize()) for export in exports]:
            future.result(timeout=10)

    yield all_of
    writer.close()


@pytest.fixture
def stores(path: Path) -> Stores:
    return open_stores(path)
