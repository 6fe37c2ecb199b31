"""What a store of metrics promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from phoenix_dev.model.metric import MetricPoint


@dataclass(frozen=True, slots=True)
class MetricCapabilities:
    """What a store can do beyond the promise; the default is the least."""

    as_sent: bool = False
    """Names, units and attributes are those that were sent, and times are exact.

    Otherwise names have `_` for dots and the unit at their end, units are empty, and times are in milliseconds.
    """


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """Which points to read. An empty string or None does not restrict; times are inclusive."""

    name: str = ""
    service: str = ""
    since_ns: int | None = None
    until_ns: int | None = None


class MetricStore(Protocol):
    """Metric points as they arrived. Every method raises NotReady when what keeps them cannot be reached or read."""

    @property
    def capabilities(self) -> MetricCapabilities:
        """What this store can do beyond the promise."""
        ...

    def points(self, query: MetricQuery) -> tuple[MetricPoint, ...]:
        """The points that match, by time, then as they arrived."""
        ...

    def names(self) -> tuple[str, ...]:
        """The names of every metric kept, sorted."""
        ...
