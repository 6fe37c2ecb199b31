"""What was received before a command is typed: no engine has to run to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.telemetry.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
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
