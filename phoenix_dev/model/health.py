"""What services say of their own health (R17), and what is found by asking them as their users do."""

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


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """What a check of the settings got: the HTTP status (0 without an answer) and how long that took.

    `answer` says what is wrong with status or time, `body` what is wrong with the body; both are empty if nothing is,
    and `body` is None where it was not looked at.
    """

    name: str
    service: str
    method: str
    url: str
    status: int
    duration_ns: int
    answer: str = ""
    body: str | None = None

    @property
    def trouble(self) -> str:
        """Everything that is wrong; empty if nothing is."""
        return "; ".join(filter(None, (self.answer, self.body)))

    @property
    def healthy(self) -> bool:
        """Whether it got all that it expects."""
        return not self.trouble
