"""An engine that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
    from phoenix_dev.runtime.record import EngineRecord

PATIENCE_S = 60.0


@pytest.fixture
def engine(runtime: EmbeddedRuntime) -> EngineRecord:
    """A running engine, by its record."""
    runtime.start(PATIENCE_S)
    record = runtime.engine.record()
    assert record is not None
    return record
