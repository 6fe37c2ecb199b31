"""A fault that can be let happen, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from phoenix_dev.model.drill import Expected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.demo.faults import Fault as RequestFault
    from phoenix_dev.demo.faults import ServiceFault
    from phoenix_dev.model.alert import Severity

#: A metric of the host that does not exist.
HostMetric = Literal["cpu", "memory", "disk"]


@dataclass(frozen=True, slots=True)
class Requests:
    """The demo's requests go wrong: every so many have one of these faults, each in its turn. `llm_ms`: so long the
    model takes for them, where that is the fault.
    """

    faults: tuple[RequestFault, ...]
    every: int = 1
    llm_ms: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the demo has a fault that stands."""

    fault: ServiceFault
    service: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host that does not exist says that it has too little of something; `severity` decides how little."""

    metric: HostMetric


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A fault that is known with the alert it leads to.

    `rate`: requests a second that go through the demo, before, meanwhile and after. `ready`: PromQL that has an answer
    once what is measured is there. `along`: names of alerts that come with this fault and are no surprise.
    """

    name: str
    severity: Severity
    what: str
    means: Requests | Service | Host
    alert: str
    labels: Mapping[str, str]
    ready: str
    rate: float = 0.0
    along: tuple[str, ...] = field(default_factory=tuple)

    @property
    def expected(self) -> Expected:
        """The alert that it leads to."""
        return Expected(self.alert, self.severity, self.labels)
