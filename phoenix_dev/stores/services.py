"""What is promised about the services that send telemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from phoenix_dev.model.service import ServiceActivity


class ServiceStore(Protocol):
    """Which services there are. Raises NotReady when what knows them cannot be reached or read."""

    def activity(self, since_ns: int) -> tuple[ServiceActivity, ...]:
        """What arrived from each service since then (to the minute), by name.

        Services that sent nothing in that time are absent.
        """
        ...

    def oldest_ns(self) -> int | None:
        """When the oldest of what is kept arrived (to the minute, Unix nanoseconds); None when nothing is kept."""
        ...
