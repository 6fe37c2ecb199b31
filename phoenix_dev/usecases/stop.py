"""`down`: stop the stack, and delete its data when that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.stack import StoredData

if TYPE_CHECKING:
    from phoenix_dev.runtime.protocol import Runtime


@dataclass(frozen=True, slots=True)
class Ended:
    """What `down` did: whether anything ran, what data it deleted and left, and what the user should be told."""

    ran: bool
    deleted: StoredData
    left: StoredData
    notes: tuple[str, ...]


def stop_stack(runtime: Runtime, *, delete_data: bool) -> Ended:
    """Stop what runs, if anything. Raises NotReady when it does not stop or its data cannot be deleted."""
    stopped = runtime.stop()
    before = runtime.data()
    if delete_data:
        runtime.delete_data()
    return Ended(stopped.ran, before if delete_data else StoredData(), runtime.data(), stopped.notes)
