"""The services that send telemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.service import ServiceActivity
    from phoenix_dev.stores import Stores


def list_services(stores: Stores, since_ns: int) -> tuple[ServiceActivity, ...]:
    """What arrived from each service since then, by name."""
    return stores.services.activity(since_ns)
