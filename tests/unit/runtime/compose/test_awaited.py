"""What is told of parts that were started: each once it answers, or why it never will."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.compose import awaited
from phoenix_dev.runtime.compose.awaited import Awaited
from phoenix_dev.runtime.compose.containers import ContainerFacts, Containers
from phoenix_dev.runtime.compose.docker_engine import DockerEngine
from phoenix_dev.runtime.compose.parts import COLLECTOR, PARTS, PROMETHEUS
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Sequence

SOON_S, LONG_S = 0.3, 30.0


class Heard:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str, Sequence[str]]] = []

    def failed(self, part: str, why: str, lines: Sequence[str]) -> None:
        self.failures.append((part, why, lines))

    def ready(self, part: str, seconds: float) -> None:
        raise AssertionError(f"{part} is ready after {seconds} s")

    def pulling(self, image: str, done_bytes: int, total_bytes: int) -> None: ...

    def pulled(self, image: str) -> None: ...

    def pulls_ended(self) -> None: ...


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def parts(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> Awaited:
    """Parts of which none answers; Docker knows the containers that a test gives it."""
    monkeypatch.setattr(awaited, "_LOOK_S", 0.05)
    _docker_has(monkeypatch)
    ports = {port.name: free_port() for part in PARTS for port in part.ports}
    return Awaited(Containers(DockerEngine("unix:///nowhere", "a test"), "p"), ports, heard)


def test_a_part_whose_container_ended_is_not_waited_for(
    parts: Awaited, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = ContainerFacts("p-prometheus-1", "exited", 0, 2, False, "", "")
    _docker_has(monkeypatch, prometheus=ended)
    started = time.monotonic()
    failed = parts.failures([PROMETHEUS], started, started + LONG_S)
    assert failed == {PROMETHEUS: "its container p-prometheus-1 ended with the status 2"}
    assert heard.failures == [("prometheus", failed[PROMETHEUS], ("its last words",))]
    assert time.monotonic() - started < LONG_S / 2


def test_a_part_without_a_container_is_not_waited_for(parts: Awaited) -> None:
    now = time.monotonic()
    assert parts.failures([PROMETHEUS], now, now + LONG_S) == {PROMETHEUS: "it has no container"}


def test_a_part_that_runs_and_does_not_answer_is_waited_for_in_vain(
    parts: Awaited, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = ContainerFacts("p-prometheus-1", "running", 0, 0, False, "", "")
    _docker_has(monkeypatch, prometheus=running)
    now = time.monotonic()
    (why,) = parts.failures([PROMETHEUS], now, now + SOON_S).values()
    assert why.startswith("it ")
    assert time.monotonic() - now >= SOON_S


def test_a_port_is_lost_when_a_part_on_the_host_says_so(parts: Awaited, monkeypatch: pytest.MonkeyPatch) -> None:
    on_host = next(part for part in PARTS if part.on_host)
    monkeypatch.setattr(Containers, "last_lines", lambda *_: ("listen tcp :1: bind: address already in use",))
    assert parts.lost_ports([COLLECTOR]) == frozenset()
    assert parts.lost_ports([COLLECTOR, on_host]) == {parts.ports[port.name] for port in on_host.ports}


def _docker_has(monkeypatch: pytest.MonkeyPatch, **containers: ContainerFacts) -> None:
    monkeypatch.setattr(Containers, "facts", lambda _: containers)
    monkeypatch.setattr(Containers, "last_lines", lambda *_: ("its last words",))
