"""What was received before a command is typed: no engine has to run to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.runtime.compose.record import ComposeRecord
from phoenix_dev.runtime.record import StackRecord
from phoenix_dev.telemetry.writer import Writer
from tests.unit.backends.answering import Answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def keep(home: Path) -> Callable[..., None]:
    """Puts exports into the store of the project, by default the usual one."""

    def keep(*exports: Any, project: str = "phoenix") -> None:
        writer = Writer(home / "projects" / project / "telemetry.db")
        try:
            for export in exports:
                writer.submit(export, export.ByteSize()).result(timeout=10)
        finally:
            writer.close()

    return keep


@pytest.fixture
def containers(home: Path) -> Iterator[Answering]:
    """A stack in containers that keeps nothing, whichever of its parts is asked."""
    samples, names = (
        b'{"status": "success", "data": {"resultType": "vector", "result": []}}',
        b'{"status": "success", "data": []}',
    )
    backend = Answering(lambda asked: (200, samples if asked.path.endswith(("/query", "/query_range")) else names))
    server = backend.serve()
    here = home / "projects" / "phoenix"
    here.mkdir(parents=True)
    ports = dict.fromkeys(("otlp_grpc", "otlp_http", "jaeger", "loki", "prometheus"), server.server_port)
    ComposeRecord("0", ports).write(here)
    StackRecord("compose", "phoenix", "development").write(here)
    yield backend
    server.shutdown()
    server.server_close()
