"""The promises between commands and whatever keeps the telemetry.

Nothing above this package knows which runtime answers. What a store cannot do it declares in its capabilities; an empty
answer always means "there is none", never "I cannot". One contract suite (tests/contract) runs these docstrings over
every store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.stores.alerts import AlertStore
    from phoenix_dev.stores.logs import LogStore
    from phoenix_dev.stores.metrics import MetricStore
    from phoenix_dev.stores.services import ServiceStore
    from phoenix_dev.stores.traces import TraceStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything a command can read from one runtime."""

    traces: TraceStore
    logs: LogStore
    metrics: MetricStore
    services: ServiceStore
    alerts: AlertStore
