"""The embedded ServiceStore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.model.service import ServiceActivity
from phoenix_dev.model.stack import Removal
from phoenix_dev.stores.services import ServiceCapabilities
from phoenix_dev.telemetry.schema import MINUTE_NS

if TYPE_CHECKING:
    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.telemetry.database import ReadConnection


class EmbeddedServiceStore:
    """Implements `ServiceStore` on the SQLite file."""

    capabilities = ServiceCapabilities(at_once=True, age=True, removals=True)

    def __init__(self, db: ReadConnection) -> None:
        self._db = db

    def activity(self, since_ns: int) -> tuple[ServiceActivity, ...]:
        """See `ServiceStore.activity`."""
        rows = self._db.rows(
            "SELECT name, sum(spans), sum(error_spans), sum(logs), sum(points), max(last) FROM arrival "
            "JOIN service ON service.id = arrival.service WHERE minute >= ? GROUP BY name ORDER BY name",
            (since_ns // MINUTE_NS,),
        )
        return tuple(ServiceActivity(*row) for row in rows)  # type: ignore[arg-type]

    def oldest_ns(self) -> int | None:
        """See `ServiceStore.oldest_ns`."""
        ((minute,),) = self._db.rows("SELECT min(minute) FROM arrival")
        return minute * MINUTE_NS if isinstance(minute, int) else None

    def removed(self, since_ns: int) -> tuple[Removal, ...]:
        """See `ServiceStore.removed`."""
        rows = self._db.rows(
            "SELECT coalesce(name, ''), reason, sum(traces), sum(error_traces), sum(bytes), max(minute) * ? "
            "FROM removal LEFT JOIN service ON service.id = removal.service WHERE minute >= ? "
            "GROUP BY 1, 2 ORDER BY 5 DESC, 1, 2",
            (MINUTE_NS, since_ns // MINUTE_NS),
        )
        return tuple(Removal(*row) for row in rows)  # type: ignore[arg-type]

    def dropped(self, since_ns: int) -> tuple[Refusal, ...]:  # noqa: ARG002 - nothing is on its way here
        """Nothing: the engine tells what it turned away."""
        return ()
