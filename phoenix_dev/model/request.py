"""What one ID leads to: the whole request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.span import Trace


@dataclass(frozen=True, slots=True)
class Request:
    """Every trace that bears an ID anywhere, by start time, and the logs that bear it without a trace, by time.

    `id` is what the user typed. `kind` tells as what it was found. `sampled`: of the traces of its store only some are
    kept, and spans may be missing for that reason.
    """

    id: str
    kind: str
    traces: tuple[Trace, ...]
    logs: tuple[LogRecord, ...]
    sampled: bool = False

    @property
    def all_logs(self) -> tuple[LogRecord, ...]:
        """The logs of every trace and the loose ones, in time order."""
        every = [record for trace in self.traces for record in trace.logs]
        return tuple(sorted([*every, *self.logs], key=lambda record: record.time_ns))
