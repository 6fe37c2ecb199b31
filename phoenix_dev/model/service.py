"""What one service sent lately."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceActivity:
    """Counts of what arrived from a service in a period, by time of arrival; `last_ns` is the last of them (Unix
    nanoseconds).
    """

    service: str
    spans: int
    error_spans: int
    logs: int
    points: int
    last_ns: int
