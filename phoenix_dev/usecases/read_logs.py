"""Logs: of a time, or of a request; once, or as they arrive."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotFound, NotReady
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.find_request import find_request, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.stores import Stores
    from phoenix_dev.usecases.find_request import Bearers

#: A line is shown at the latest so long after its commit, plus the time to read it.
POLL_SECONDS = 0.05


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
        page = stores.logs.search(selection.keep, selection.limit)
        return Logs(page.records, page.truncated)
    request = find_request(stores, selection.id, selection.as_kind)
    return _newest([record for record in request.all_logs if selection.keep.keeps(record)], selection.limit)


def follow_logs(stores: Stores, selection: LogSelection, say: Callable[[str], None]) -> Iterator[tuple[LogRecord, ...]]:
    """The selected logs that are there now, then each as it arrives, without end, in batches that are in time order.

    No line is left out and none repeated, also when the engine restarts. While the store cannot be read, `say` is told
    once and
    reading goes on when it can; only the first reading raises NotReady.
    """
    follower = _RequestFollower(stores, selection) if selection.id else _Follower(stores, selection)
    yield follower.poll()
    interrupted = False
    while True:
        time.sleep(POLL_SECONDS)
        try:
            batch = follower.poll()
        except NotReady as exc:
            if not interrupted:
                say(f"{exc.message}; waiting for it")
            interrupted = True
            continue
        if interrupted:
            say("following again")
            interrupted = False
        if batch:
            yield batch


class _Follower:
    """Follows every log that passes: a cursor is all its state."""

    def __init__(self, stores: Stores, selection: LogSelection) -> None:
        self._logs = stores.logs
        self._selection = selection
        self._cursor = ""

    def poll(self) -> tuple[LogRecord, ...]:
        """What has come since the last call."""
        keep = self._selection.keep
        if not self._cursor:
            page = self._logs.search(keep, self._selection.limit)
            self._cursor = page.cursor
            return page.records
        tail = self._logs.tail(self._cursor)
        self._cursor = tail.cursor
        return tuple(sorted(filter(keep.keeps, tail.records), key=lambda record: record.time_ns))


class _RequestFollower:
    """Follows the logs of one request.

    Which traces bear the ID may turn out after their first logs have come, so it reads the request again whenever
    anything was
    added and shows what it has not shown, counting equal records.
    """

    def __init__(self, stores: Stores, selection: LogSelection) -> None:
        self._stores = stores
        self._selection = selection
        self._shown: Counter[int] = Counter()
        self._cursor = ""
        self._bearers: Bearers | None = None

    def poll(self) -> tuple[LogRecord, ...]:
        """What has come since the last call."""
        if not self._moved():
            return ()
        try:
            found = read_logs(self._stores, self._selection)
        except NotFound:
            return ()
        seen: Counter[int] = Counter()
        fresh = []
        for record in found.records:
            key = hash(repr(record))
            seen[key] += 1
            if seen[key] > self._shown[key]:
                self._shown[key] += 1
                fresh.append(record)
        return tuple(fresh)

    def _moved(self) -> bool:
        logs = self._stores.logs
        if not self._cursor:
            self._cursor = logs.search(LogFilter(), 0).cursor
            return True
        tail = logs.tail(self._cursor)
        self._cursor = tail.cursor
        try:
            found = resolve(self._stores, self._selection.id, self._selection.as_kind)
        except NotFound:
            found = None
        moved = bool(tail.records) or found != self._bearers
        self._bearers = found
        return moved


def _newest(records: list[LogRecord], limit: int | None) -> Logs:
    if limit is None or len(records) <= limit:
        return Logs(tuple(records), truncated=False)
    return Logs(tuple(records[-limit:] if limit else ()), truncated=True)
