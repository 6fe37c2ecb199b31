"""Commands that read a stack which was started by hand: what `up` would have written down about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.home import project_folder
from phoenix_dev.runtime.compose.record import ComposeRecord
from phoenix_dev.runtime.record import StackRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.live.compose.by_hand import ByHand


def told_of(stack: ByHand, home: Path, profile: str = "development") -> Mapping[str, str]:
    """The variables of a command that takes this stack for its own; `home` is a folder of the test's own."""
    folder = project_folder(home, stack.project)
    folder.mkdir(parents=True, exist_ok=True)
    ports = {name.lower(): port for name, port in stack.ports.items() if name not in ("GRAFANA", "INFRASTRUCTURE")}
    ComposeRecord("by hand", ports).write(folder)
    StackRecord("compose", stack.project, profile).write(folder)
    return {"PHOENIX_DEV_HOME": str(home), "PHOENIX_DEV_PROJECT": stack.project}
