"""A running stack, for tests of a whole module or of one function."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.ports import own_ports
from tests.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from tests.running import Ran


@dataclass(frozen=True)
class RunningStack:
    """A stack with its home; `endpoints` as `up --json` gives them."""

    home: Path
    project: str
    endpoints: dict[str, str]
    stores: Stores
    """What the stack keeps, read as the commands do."""

    def run(self, *args: str, timeout: float = 60) -> Ran:
        """A command against this stack; it must succeed."""
        ran = _run(self.home, self.project, *args, timeout=timeout)
        assert ran.code == 0, ran.stderr
        return ran


@contextmanager
def running_stack(
    home: Path, *flags: str, project: str = "phoenix", runtime: str = "embedded"
) -> Iterator[RunningStack]:
    """`up`, and `down` at the end, with the data where that is more than files of the home."""
    named = "PHOENIX_DEV_PORTS_OTLP_HTTP" in os.environ  # by the fixture free_ports
    ports = own_ports() if runtime == "embedded" and not named else {}
    started = _run(home, project, "up", "--runtime", runtime, "--json", *flags, env=ports)
    with ExitStack() as at_the_end:
        at_the_end.callback(_stop, home, project, runtime)
        assert started.code == 0, started.stderr
        endpoints = started.json()["endpoints"]
        stores = _remote(endpoints, at_the_end) if runtime == "compose" else _local(home, project)
        yield RunningStack(home, project, endpoints, stores)


def _local(home: Path, project: str) -> Stores:
    from phoenix_dev.telemetry.reader import open_stores

    return open_stores(home / "projects" / project / "telemetry.db")


def _remote(endpoints: dict[str, str], at_the_end: ExitStack) -> Stores:
    from phoenix_dev.backends.endpoints import RemoteEndpoints
    from phoenix_dev.backends.http import http_client
    from phoenix_dev.backends.open import open_remote_stores

    urls = [endpoints[name] for name in ("jaeger", "loki", "prometheus", "jaeger_errors")]
    return open_remote_stores(RemoteEndpoints(*urls), at_the_end.enter_context(http_client(urls)))


def _stop(home: Path, project: str, runtime: str) -> None:
    data = ("--data", "--yes") if runtime == "compose" else ()
    stopped = _run(home, project, "down", *data)
    assert stopped.code == 0, stopped.stderr


def _run(
    home: Path, project: str, *args: str, env: Mapping[str, str] = MappingProxyType({}), timeout: float = 60
) -> Ran:
    return CommandLine()("--project", project, *args, env={**env, "PHOENIX_DEV_HOME": str(home)}, timeout=timeout)
