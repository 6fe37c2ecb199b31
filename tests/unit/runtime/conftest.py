from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
from phoenix_dev.settings import Origin, Ports, Settings
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Named = Callable[..., EmbeddedRuntime]


@pytest.fixture
def folder(home: Path) -> Path:
    """The state folder of a project."""
    return home / "projects" / "phoenix"


@pytest.fixture
def runtime(folder: Path) -> Iterator[EmbeddedRuntime]:
    """A stack that nobody has started yet, with usual ports of its own; it is stopped at the end."""
    stack = EmbeddedRuntime(folder, Settings(ports=Ports(otlp_grpc=free_port(), otlp_http=free_port(), ui=free_port())))
    yield stack
    stack.stop()


@pytest.fixture
def with_ports(runtime: EmbeddedRuntime) -> Named:
    """The same stack, for a user who names ports: `with_ports(otlp_http=14318)`."""

    def named(**ports: int) -> EmbeddedRuntime:
        origins = {f"ports.{name}": Origin("flag") for name in ports}
        settings = runtime.settings
        return replace(runtime, settings=replace(settings, ports=replace(settings.ports, **ports), origins=origins))

    return named
