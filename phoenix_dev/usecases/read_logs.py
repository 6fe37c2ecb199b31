"""Logs of a time, or of a request, as they are now. Following them is in follow_logs.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.usecases.find_request import find_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.logs import LogFilter


@dataclass(frozen=True, slots=True)
class LogSelection:
    """Which logs: those that pass `keep`, the newest `limit` of them; with an ID, only those of its request.

    `as_kind` says as what the ID is read; None tries every kind in the order of the contract.
    """

    keep: LogFilter
    limit: int | None
    id: str = ""
    as_kind: IdKind | None = None


@dataclass(frozen=True, slots=True)
class Logs:
    """Records oldest first, and whether older ones were cut off by the limit."""

    records: tuple[LogRecord, ...]
    truncated: bool


def read_logs(stores: Stores, selection: LogSelection) -> Logs:
    """The selected logs that are there now. Raises NotFound when an ID is given that nothing bears."""
    if not selection.id:
        page = stores.logs.search(selection.keep, selection.limit, follow=False)
        return Logs(page.records, page.truncated)
    request = find_request(stores, selection.id, selection.as_kind)
    return newest([record for record in request.all_logs if selection.keep.keeps(record)], selection.limit)


def newest(records: Sequence[LogRecord], limit: int | None) -> Logs:
    """The last `limit` of some records in time order, all with None."""
    if limit is None or len(records) <= limit:
        return Logs(tuple(records), truncated=False)
    return Logs(tuple(records[-limit:] if limit else ()), truncated=True)
