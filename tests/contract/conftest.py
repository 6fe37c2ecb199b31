"""The stores that the contract holds for. A further store joins by one more entry in `KINDS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.telemetry.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from phoenix_dev.telemetry.inbox import Accepted


@dataclass
class Kept:
    """Stores of one runtime, and the way in:

    `send` returns when what was sent can be read; `restart` ends and starts what keeps it.
    """

    stores: Stores
    send: Callable[..., list[Accepted]]
    restart: Callable[[], None]


def embedded(folder: Path) -> Iterator[Kept]:
    path = folder / "telemetry.db"
    writer = Writer(path)

    def send(*exports: Any) -> list[Accepted]:
        futures = [writer.submit(export, export.ByteSize()) for export in exports]
        return [future.result(timeout=10) for future in futures]

    def restart() -> None:
        nonlocal writer
        writer.close()
        writer = Writer(path)

    stores = open_stores(path)
    yield Kept(stores, send, restart)
    writer.close()
    stores.traces._db.close()  # type: ignore[attr-defined]


KINDS = {"embedded": embedded}


@pytest.fixture(params=sorted(KINDS))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Empty stores of each runtime."""
    yield from KINDS[request.param](tmp_path)
