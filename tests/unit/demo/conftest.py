"""One demo system for the tests that only talk to it, sending to a receiver that keeps everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.demo import system
from phoenix_dev.demo.traffic import Sent, TrafficPlan, send
from phoenix_dev.usecases.environment import environment
from tests.unit.demo.sink import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.demo.faults import Fault
    from phoenix_dev.demo.state import DemoSystem, ServiceProcess


@dataclass(frozen=True)
class Running:
    """The demo, its folder and where it sends to."""

    home: Path
    system: DemoSystem
    sink: Sink

    def service(self, name: str) -> ServiceProcess:
        return next(service for service in self.system.services if service.name == name)

    def send(self, seed: int, count: int = 1, *faults: Fault, fault_every: int = 1) -> list[Sent]:
        return list(send(self.system, TrafficPlan(seed, count, faults=faults, fault_every=fault_every)))


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture(scope="session")
def running(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("demo-home")
    started = system.start(home, environment(sink.endpoint))
    yield Running(home, started.system, sink)
    assert len(system.stop(home)) == 6
