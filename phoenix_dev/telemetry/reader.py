"""Reading the embedded store from any process, with or without a running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.stores import Stores
from phoenix_dev.telemetry.database import ReadConnection
from phoenix_dev.telemetry.logs import EmbeddedLogStore
from phoenix_dev.telemetry.metrics import EmbeddedMetricStore
from phoenix_dev.telemetry.series.alerts import EmbeddedAlertStore
from phoenix_dev.telemetry.series.schema import FILE_NAME
from phoenix_dev.telemetry.services import EmbeddedServiceStore
from phoenix_dev.telemetry.traces import EmbeddedTraceStore
from phoenix_dev.telemetry.unpack import BlockReader

if TYPE_CHECKING:
    from pathlib import Path


def open_stores(path: Path) -> Stores:
    """The stores kept in a file. The file is opened by the first query, which raises NotReady when there is none."""
    db = ReadConnection(path)
    blocks = BlockReader(db)
    return Stores(
        EmbeddedTraceStore(db, blocks),
        EmbeddedLogStore(db, blocks),
        EmbeddedMetricStore(db, blocks),
        EmbeddedServiceStore(db),
        EmbeddedAlertStore(path.with_name(FILE_NAME), path),
    )
