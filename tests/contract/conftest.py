"""The embedded stores, for which the contract holds without anything else. tests/live/contract runs the same suite over
the stack in containers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer
from tests import otlp
from tests.contract.keeping import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """Empty stores of the embedded runtime."""
    path = tmp_path / "telemetry.db"
    writer = Writer(path)

    def send(*exports: Any) -> None:
        futures = [writer.submit(export, export.ByteSize()) for export in exports]
        for future in futures:
            future.result(timeout=10)

    def restart() -> None:
        nonlocal writer
        writer.close()
        writer = Writer(path)

    stores = open_stores(path)
    yield Kept(stores, send, restart, otlp.NOON)
    writer.close()
    stores.traces._db.close()  # type: ignore[attr-defined]
