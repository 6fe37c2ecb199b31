"""A system as its spans show it: services with their figures, and who calls whom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """Durations in nanoseconds below which half, 95 % and 99 % of some spans stayed (nearest rank)."""

    p50_ns: int
    p95_ns: int
    p99_ns: int


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What came into a service: requests, those that failed, how long they took. `latency` is None without any.

    `buckets` are the requests over the time that is covered, `failures` those of them that failed, in equal parts.
    """

    service: str
    requests: int
    errors: int
    latency: Latency | None
    buckets: tuple[int, ...]
    failures: tuple[int, ...]
    spans: int = 0
    logs: int = 0
    points: int = 0
    last_ns: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """Calls from one service to another, and how many of them failed."""

    caller: str
    callee: str
    count: int
    errors: int
    latency: Latency


@dataclass(frozen=True, slots=True)
class System:
    """Services by name, and calls. Figures come from `traces` traces that began from `since_ns` to `until_ns` (Unix
    nanoseconds); `truncated` when there were more before.
    """

    services: tuple[ServiceFigures, ...]
    calls: tuple[Call, ...]
    traces: int
    since_ns: int
    until_ns: int
    truncated: bool

    @property
    def seconds(self) -> float:
        """How long the time is that the figures cover."""
        return max(1e-9, (self.until_ns - self.since_ns) / 1e9)
