"""`down`: stop the stack, and delete its data when that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.model.stack import StoredData

if TYPE_CHECKING:
    from phoenix_dev.runtime.protocol import Runtime


@dataclass(frozen=True, slots=True)
class Ended:
    """What `down` did: whether anything ran, what data it deleted (None: none was to be) or left, and what the user
    should be told. A size of 0 is one that is not known.
    """

    ran: bool
    deleted: StoredData | None
    left: StoredData
    notes: tuple[str, ...]


def stop_stack(runtime: Runtime, *, delete_data: bool, data: StoredData | None = None) -> Ended:
    """Stop what runs, if anything; `data` is what there is to delete, where that is known.

    How much there is, is only asked for when it is deleted. Raises NotReady when it does not stop or its data cannot be
    deleted.
    """
    stopped = runtime.stop()
    if data is None:
        data, notes = kept(runtime, sized=delete_data)
    else:
        notes = ()
    if not delete_data:
        return Ended(stopped.ran, None, data, (*stopped.notes, *notes))
    runtime.delete_data()
    return Ended(stopped.ran, data, StoredData(), (*stopped.notes, *notes))


def kept(runtime: Runtime, *, sized: bool) -> tuple[StoredData, tuple[str, ...]]:
    """What there is, with how much it is if `sized`; and why that is not known, which keeps nothing from stopping."""
    try:
        return runtime.data(sized=sized), ()
    except NotReady as error:
        return StoredData("what was kept"), (f"how much is kept is not known: {error.message}",)
