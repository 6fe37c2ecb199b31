"""What somebody should know who looks at alerts while a drill is on, or after one was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.processes.drill import read_drill

if TYPE_CHECKING:
    from pathlib import Path


def drill_notice(home: Path, runtime: str) -> str:
    """A sentence, empty when there is nothing to know.

    What a killed drill has left matters on the real stack alone: the embedded runtime heeds none whose process is gone.
    """
    found = read_drill(home)
    if found is None or (not found.on and runtime != "compose"):
        return ""
    scale = f"{found.time_scale:g}"
    if found.on:
        if found.time_scale <= 1:
            return f"a drill is on, until the process {found.pid} ends"
        return f"a drill is on: durations of rules are divided by {scale} until the process {found.pid} ends"
    return f"a drill was killed and has left rules whose durations are divided by {scale}; put right by: phoenix-dev up"
