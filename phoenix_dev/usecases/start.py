"""`up`: start the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.runtime.protocol import Runtime, Started


def start_stack(runtime: Runtime, *, timeout_s: float) -> Started:
    """The stack, accepting and answering. Raises NotReady or UsageError, see Runtime.start."""
    return runtime.start(timeout_s)
