"""The six services: for each what it answers, whom it asks and what it measures."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phoenix_dev.demo.application import Handler
    from phoenix_dev.demo.health import Dependency
    from phoenix_dev.demo.peers import Peers
    from phoenix_dev.demo.providers import Telemetry
    from phoenix_dev.demo.standing import StandingFaults
    from phoenix_dev.demo.tally import Tally


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a service is given.

    `urls`: base URLs of all services. `grpc_port`: of the knowledge base. `folder`: for files of its own.
    """

    telemetry: Telemetry
    peers: Peers
    urls: Mapping[str, str]
    grpc_port: int
    seed: int
    folder: str
    standing: StandingFaults
    tally: Tally


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service consists of; `close` ends what runs beside its HTTP routes."""

    routes: Mapping[str, Handler]
    dependencies: tuple[Dependency, ...] = ()
    close: Callable[[], None] = field(default=lambda: None)


#: Module of each service. Imported one at a time: a service loads no library that only another one needs.
_MODULES = {
    "api-gateway": "gateway",
    "orchestrator": "orchestrator",
    "data-router": "router",
    "llm-service": "model",
    "tool-service": "tools",
    "knowledge-base": "knowledge",
}


def build(service: str, surroundings: Surroundings) -> Parts:
    """The parts of a service, ready to answer."""
    parts: Parts = import_module(f"{__name__}.{_MODULES[service]}").build(surroundings)
    return parts
