"""A real stack for the session: real components in containers, with a project name and ports of their own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.live.compose.by_hand import ByHand, free_ports
from tests.tools import need

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class FirstStart:
    """What was measured when the stack came up on an engine that had its images and none of its volumes."""

    seconds: dict[str, float]
    memory: str


@pytest.fixture(scope="session")
def engine() -> str:
    """The version of the Docker engine that answers; without one the test is skipped, or fails (tests/tools.py)."""
    docker = need("docker")
    asked = subprocess.run(
        [docker, "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True, timeout=20, check=False
    )
    if asked.returncode == 0:
        return asked.stdout.strip()
    said = f"needs a Docker engine that answers: {asked.stderr.strip()}"
    if "docker" in os.environ.get("PHOENIX_TEST_REQUIRE", "").split(","):
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def started(engine: str, worker_name: str) -> Iterator[tuple[ByHand, FirstStart]]:
    stack = ByHand(f"phoenix-test-{os.getpid()}-{worker_name}", free_ports())
    try:
        stack.compose("pull", "--quiet", "--policy", "missing")
        seconds = stack.up()
        numbers = stack.compose("ps", "--quiet").split()
        memory = stack.docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *numbers)
        yield stack, FirstStart(seconds, memory)
    finally:
        stack.compose("--profile", "*", "down", "--volumes", "--timeout", "5")
        stack.http.close()


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Tests may run in several processes; each has a stack."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def stack(started: tuple[ByHand, FirstStart]) -> ByHand:
    """The running stack."""
    return started[0]


@pytest.fixture(scope="session")
def first_start(started: tuple[ByHand, FirstStart]) -> FirstStart:
    """What its first start showed."""
    return started[1]
