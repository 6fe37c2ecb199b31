"""What services say of their own health (R17)."""

from __future__ import annotations

from dataclasses import dataclass

#: The endpoints that each service has, below /health/.
ENDPOINTS = ("liveness", "readiness", "metrics", "dependencies")


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """One endpoint: its HTTP status (0 without an answer), how long that took, what is wrong (empty if nothing is)."""

    name: str
    status: int
    duration_ns: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service with its endpoints, in the order of ENDPOINTS."""

    service: str
    url: str
    endpoints: tuple[EndpointHealth, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with any of them."""
        return not any(endpoint.trouble for endpoint in self.endpoints)
