"""`up`: start the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.usecases.demo import list_demo

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.protocol import Runtime, Started


def start_stack(home: Path, runtime: Runtime, *, timeout_s: float) -> Started:
    """The stack of the project whose folder is `home`, accepting and answering. Of the demo it asks who runs now, and
    nobody whom a kill has left on the list. Raises NotReady or UsageError, see Runtime.start.
    """
    list_demo(home)
    return runtime.start(timeout_s)
