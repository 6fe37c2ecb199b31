"""A real stack for the session: real components in containers, with a project name and ports of their own.

`make live` runs two workers, each with a stack. A group of tests stays together on one of them. The longest come first:
the outages, which mostly wait, beside what measures how soon something is ready or readable.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.backends.endpoints import RemoteEndpoints
from phoenix_dev.backends.http import http_client
from phoenix_dev.backends.open import open_remote_stores
from tests.live.compose.by_hand import READY, ByHand, free_ports
from tests.tools import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.stores import Stores


#: In the order in which workers take them; others come last. Each is a folder, or a file where these have a stack each.
_GROUPS = (
    "outages",
    "compose",
    "test_trouble",
    "contract",
    "drills",
    "test_running",
    "logs",
    "infrastructure",
    "provisioning",
    "test_truth",
    "sampling",
    "proof",
    "doctor",
    "clients",
    "test_stopping",
    "rules",
    "promql",
    "test_anomalies",
    "alerts",
)
_FILE_BY_FILE = "lifecycle"
#: Until every part can do its work, on an engine that has the images (seconds).
READY_S = 5


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the groups in order, after the tests of other folders."""
    order = {"": -1} | {name: position for position, name in enumerate(_GROUPS)}
    items.sort(key=lambda item: order.get(_group(item.nodeid), len(_GROUPS)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Gives a worker a whole group. (xdist's own groups rename tests, which pytest 9.2 no longer lets it do.)"""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    config.option.loadscopereorder = False
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _group
    return scheduler


def _group(nodeid: str) -> str:
    """That of a test; empty for one that is none of this folder."""
    parts = PurePath(nodeid.partition("::")[0]).with_suffix("").parts
    below = parts[parts.index("live") + 1 :] if "live" in parts else ("",)
    return below[1] if below[0] == _FILE_BY_FILE else below[0]


#: What the five parts that are others' programs may hold when they have nothing to do.
IDLE_MIB = 250
_LOOKS = 30
_UNITS = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}


@dataclass(frozen=True)
class FirstStart:
    """What was measured when the stack came up on an engine that had its images and none of its volumes."""

    seconds: dict[str, float]
    memory: dict[str, float]
    """MiB by container; the least of a few looks, since a part gives back what its start took when it has time to."""


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
def started(
    engine: str, worker_name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ByHand, FirstStart]]:
    """The stack, and how it started; measured again, and at rest, only where a test of this session asks for that."""
    asked = any("first_start" in getattr(item, "fixturenames", ()) for item in request.session.items)
    stack = ByHand(f"phoenix-test-{os.getpid()}-{worker_name}", free_ports())
    try:
        stack.compose("pull", "--quiet", "--policy", "missing")
        with one_at_a_time(tmp_path_factory.getbasetemp().parent):
            seconds = stack.up()
            for _ in range(2 if asked else 0):  # the machine may be busy with something else
                if max(seconds.values()) > READY_S:
                    stack.compose("down", "--volumes", "--timeout", "5")
                    seconds = stack.up()
        numbers = stack.compose("ps", "--quiet", *(part for part in READY if part != "inbox")).split()
        looks = [_memory(stack, numbers)] if asked else [{}]
        while len(looks) < _LOOKS and sum(looks[-1].values()) > IDLE_MIB:
            looks.append(_memory(stack, numbers))
        yield stack, FirstStart(seconds, min(looks, key=lambda look: sum(look.values())))
    finally:
        stack.compose("--profile", "*", "down", "--volumes", "--timeout", "5")
        stack.http.close()


@contextmanager
def one_at_a_time(shared: Path) -> Iterator[None]:
    """Let only one worker do this at any moment: how long it takes is measured."""
    with (shared / "one-at-a-time").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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


def endpoints(stack: ByHand) -> RemoteEndpoints:
    """Where the parts of the stack answer."""
    return RemoteEndpoints(
        jaeger=stack.url("JAEGER"),
        jaeger_errors=stack.url("JAEGER_ERRORS") + "/errors",
        loki=stack.url("LOKI"),
        prometheus=stack.url("PROMETHEUS"),
        alertmanager=stack.url("ALERTMANAGER"),
        inbox=stack.url("INBOX"),
    )


@pytest.fixture
def stores(stack: ByHand) -> Iterator[Stores]:
    """The stores over the stack."""
    where = endpoints(stack)
    with http_client((where.jaeger, where.loki, where.prometheus)) as http:
        yield open_remote_stores(where, http)


def _memory(stack: ByHand, containers: list[str]) -> dict[str, float]:
    """MiB by container."""
    printed = stack.docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *containers)
    used = dict(line.split()[:2] for line in printed.splitlines())
    return {name: float(text[:-3]) * _UNITS[text[-3:]] for name, text in used.items()}
