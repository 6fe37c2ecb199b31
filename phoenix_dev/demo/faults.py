"""What can go wrong in the demo, by name: in a request, or in a service for as long as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Fault = Literal[
    "", "slow-llm", "llm-errors", "lost-context", "slow-db", "db-errors", "tool-errors", "cache-misses", "worker-dies"
]  # fmt: skip
ServiceFault = Literal["not-ready", "gone"]

#: What goes wrong in a request, and what comes of it. The empty fault, a healthy request, is none of them.
REQUEST_FAULTS: Mapping[Fault, str] = {
    "slow-llm": "the first call to the model times out",
    "llm-errors": "the model fails until its circuit breaker opens; most requests fail",
    "lost-context": "a hop forgets the trace context, the request goes on in a second trace",
    "slow-db": "the database of the knowledge base takes more than a second",
    "db-errors": "that database fails until a second circuit breaker opens; the cache has to do",
    "tool-errors": "the tool fails, and every request with it",
    "cache-misses": "the cache has lost what it knew",
    "worker-dies": "a worker of the orchestrator dies of the request",
}
#: What is wrong with a service until it is cleared.
SERVICE_FAULTS: Mapping[ServiceFault, str] = {
    "not-ready": "the service says that it is not ready, and works on",
    "gone": "the service is not there",
}
FAULTS: tuple[Fault, ...] = tuple(REQUEST_FAULTS)


@dataclass(frozen=True, slots=True)
class StandingFault:
    """A fault that stays until it is cleared: one of a service, or, with an empty `service`, one of every request that
    does not say itself what goes wrong in it.
    """

    name: str
    service: str = ""
