"""What tests of one engine know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.runtime.embedded.handle import EngineHandle

TRACE = "0af7651916cd43dd8448eb211c80319c"


def pid_of(engine: EngineHandle) -> int:
    record = engine.record()
    assert record is not None
    return record.pid
