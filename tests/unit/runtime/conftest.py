from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phoenix_dev.runtime.embedded import EmbeddedRuntime
from phoenix_dev.settings import Origin, Ports, Settings

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
    """A stack that nobody has started yet; it is stopped at the end."""
    stack = EmbeddedRuntime(folder, Settings())
    yield stack
    stack.stop()


@pytest.fixture
def with_ports(runtime: EmbeddedRuntime) -> Named:
    """The same stack, for a user who names ports: `with_ports(otlp_http=14318)`."""

    def named(**ports: int) -> EmbeddedRuntime:
        origins = {f"ports.{name}": Origin("flag") for name in ports}
        return EmbeddedRuntime(runtime.home, Settings(ports=Ports(**ports), origins=origins))

    return named
