"""What is promised about the services that send telemetry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.model.service import ServiceActivity
    from phoenix_dev.model.stack import Removal


@dataclass(frozen=True, slots=True)
class ServiceCapabilities:
    """What a store can do beyond the promise; the default is the least."""

    at_once: bool = False
    """What arrived counts at once and by its arrival; otherwise after some seconds, logs and points by the time they
    bear."""
    age: bool = False
    """`oldest_ns` is known; otherwise it is None."""
    removals: bool = False
    """`removed` is known; otherwise it is empty."""
    drops: bool = False
    """`dropped` is known; otherwise it is empty."""


class ServiceStore(Protocol):
    """Which services there are. Raises NotReady when what knows them cannot be reached or read."""

    @property
    def capabilities(self) -> ServiceCapabilities:
        """What this store can do beyond the promise."""
        ...

    def activity(self, since_ns: int) -> tuple[ServiceActivity, ...]:
        """What arrived from each service since then (to the minute), by name.

        Services that sent nothing in that time are absent.
        """
        ...

    def oldest_ns(self) -> int | None:
        """When the oldest of what is kept arrived (to the minute, Unix nanoseconds); None when nothing is kept."""
        ...

    def removed(self, since_ns: int) -> tuple[Removal, ...]:
        """What retention removed since then (to the minute), most bytes first."""
        ...

    def dropped(self, since_ns: int) -> tuple[Refusal, ...]:
        """What was turned away, or taken and not kept, on its way to the store, which started at `since_ns`.

        What is kept in the process that takes it is told by that process: see `StackStatus.refused`.
        """
        ...
