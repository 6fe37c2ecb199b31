"""`demo fault` and `demo status`: what is wrong with the sample system on purpose, how it is, what it has done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo import state, system
from phoenix_dev.demo.catalogue import SERVICES, TOOLS
from phoenix_dev.demo.faults import SERVICE_FAULTS, StandingFault
from phoenix_dev.errors import UsageError
from phoenix_dev.usecases.environment import environment

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from phoenix_dev.demo.state import DemoSystem, ServiceProcess

#: Whom a fault of a service befalls unless another is named: requests without a tool do without it.
_BEFALLS = TOOLS


@dataclass(frozen=True, slots=True)
class DemoStatus:
    """The running demo. `counts`: what it has done since it was started, as its services counted it themselves."""

    services: tuple[ServiceProcess, ...]
    away: frozenset[str]
    faults: tuple[StandingFault, ...]
    counts: dict[str, Any]


def demo_status(home: Path) -> DemoStatus:
    """How the demo is. Raises NotReady when it does not run."""
    running = system.running(home)
    return DemoStatus(running.services, running.away, running.faults, system.counts(running))


def standing_faults(home: Path) -> tuple[StandingFault, ...]:
    """The faults that stand at this moment; none when the demo does not run."""
    found = state.load(home)
    return found.faults if found and found.is_alive() else ()


def set_fault(home: Path, name: str, service: str = "") -> StandingFault:
    """Let a fault stand, one of a service in `service` (empty: the tool service), until it is cleared.

    Raises UsageError for a service that is none, or that is named beside a fault of requests, NotReady when the demo
    does not run.
    """
    fault = _fault(name, service)
    with state.locked(home):
        running = system.running(home)
        if fault in running.faults:
            return fault
        faulty = replace(running, faults=(*running.faults, fault))
        if fault.name == "gone":
            system.withdraw(home, faulty, fault.service)
        else:
            state.save(home, faulty)
    return fault


def clear_faults(home: Path, names: Collection[str] = ()) -> tuple[StandingFault, ...]:
    """Clear all faults of these names, all there are when none is given; those that stood.

    Raises NotReady when the demo does not run, or when a service that was gone does not come back.
    """
    with state.locked(home):
        running = system.running(home)
        cleared = tuple(fault for fault in running.faults if not names or fault.name in names)
        kept = tuple(fault for fault in running.faults if fault not in cleared)
        for fault in cleared:
            if fault.name == "gone":
                running = _bring_back(home, running, fault)
        state.save(home, replace(running, faults=kept))
    return cleared


def _bring_back(home: Path, running: DemoSystem, fault: StandingFault) -> DemoSystem:
    well = replace(running, faults=tuple(other for other in running.faults if other != fault))
    return system.restore(home, well, fault.service, environment(running.otlp_endpoint))


def _fault(name: str, service: str) -> StandingFault:
    if name not in SERVICE_FAULTS:
        if service:
            raise UsageError(
                f"'{name}' goes wrong in requests, not in a service", hint=f"phoenix-dev demo fault set {name}"
            )
        return StandingFault(name)
    if service and service not in SERVICES:
        raise UsageError(
            f"the demo has no service '{service}'; it has {', '.join(SERVICES)}", hint="phoenix-dev demo status"
        )
    return StandingFault(name, service or _BEFALLS)
