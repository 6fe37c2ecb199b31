"""Logs as they arrive: what is there now, then each line once."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from phoenix_dev.errors import NotFound, NotReady
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.find_request import read_request, resolve
from phoenix_dev.usecases.read_logs import Logs, newest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.stores import Stores
    from phoenix_dev.usecases.find_request import Bearers
    from phoenix_dev.usecases.read_logs import LogSelection

#: How often it is asked which traces bear the ID, while no log comes that would be a reason to.
_RESOLVE_SECONDS = 1.0
#: Readings of a request after which its newest logs are told apart by their content alone.
_MOST_READINGS = 5


def follow_logs(stores: Stores, selection: LogSelection, say: Callable[[str], object]) -> Iterator[Logs]:
    """The selected logs that are there now, the newest of them if there is a limit, then each as it arrives, without
    end.

    Each batch is in time order. No line is left out and none repeated, also when the engine restarts. While the store
    cannot be read, `say` is told once and reading goes on when it can; only the first reading raises NotReady. It is
    told, too, when nothing bears the ID yet.
    """
    follower: _Follower = _OfRequest(stores, selection) if selection.id else _OfEverything(stores, selection)
    first = follower.start()
    if follower.missing:
        say(f"{follower.missing}; waiting for it")
    yield first
    interrupted = False
    while True:
        time.sleep(stores.logs.capabilities.poll_seconds)
        try:
            fresh = follower.poll()
        except NotReady as exc:
            if not interrupted:
                say(f"{exc.message}; waiting for it")
            interrupted = True
            continue
        if interrupted:
            say("following again")
            interrupted = False
        batch = sorted(filter(selection.keep.keeps, fresh), key=lambda record: record.time_ns)
        if batch:
            yield Logs(tuple(batch), truncated=False)


class _Follower(Protocol):
    missing: str
    """Why there is nothing to follow yet, empty otherwise."""

    def start(self) -> Logs:
        """What is there now."""
        ...

    def poll(self) -> Sequence[LogRecord]:
        """What has come since the last call; raising NotReady loses nothing."""
        ...


class _OfEverything:
    """A cursor is all its state."""

    missing = ""

    def __init__(self, stores: Stores, selection: LogSelection) -> None:
        self._logs = stores.logs
        self._selection = selection
        self._cursor = ""

    def start(self) -> Logs:
        page = self._logs.search(self._selection.keep, self._selection.limit)
        self._cursor = page.cursor
        return Logs(page.records, page.truncated)

    def poll(self) -> Sequence[LogRecord]:
        tail = self._logs.tail(self._cursor)
        self._cursor = tail.cursor
        return tail.records


class _OfRequest:
    """What arrives is shown when it belongs to the request.

    Which traces do may turn out after their first logs have come: when another trace turns out to bear the ID, the
    request is read again, and what was not shown of it is.
    """

    def __init__(self, stores: Stores, selection: LogSelection) -> None:
        self._stores = stores
        self._selection = selection
        self.missing = ""
        self._bearers: Bearers | None = None
        self._resolved_at = 0.0
        self._shown: Counter[int] = Counter()
        self._cursor = ""

    def start(self) -> Logs:
        self._cursor = self._stores.logs.search(LogFilter(), 0).cursor
        self._bearers = self._resolve()
        records = [record for record in self._read_again() if self._selection.keep.keeps(record)]
        return newest(records, self._selection.limit)

    def poll(self) -> Sequence[LogRecord]:
        tail = self._stores.logs.tail(self._cursor)
        if tail.records or time.monotonic() - self._resolved_at > _RESOLVE_SECONDS:
            before, self._bearers = self._bearers, self._resolve()
            if _traces(self._bearers) != _traces(before):
                try:
                    return self._read_again()
                except NotReady:
                    self._bearers = before  # the next poll sees the difference again
                    raise
        self._cursor = tail.cursor
        fresh = list(filter(self._belongs, tail.records))
        self._shown.update(map(_identity, fresh))
        return fresh

    def _resolve(self) -> Bearers | None:
        try:
            found, self.missing = resolve(self._stores, self._selection.id, self._selection.as_kind), ""
        except NotFound as exc:
            found, self.missing = None, exc.message
        self._resolved_at = time.monotonic()
        return found

    def _belongs(self, record: LogRecord) -> bool:
        found = self._bearers
        if found is None:
            return False
        return record.trace_id in found.trace_ids if record.trace_id else found.value in record.ids(found.kind)

    def _read_again(self) -> Sequence[LogRecord]:
        """What of the request was not shown. Read until nothing of it came meanwhile, so that it ends at the cursor."""
        if self._bearers is None:
            return ()
        for _ in range(_MOST_READINGS):
            records = read_request(self._stores, self._selection.id, self._bearers).all_logs
            tail = self._stores.logs.tail(self._cursor)
            self._cursor = tail.cursor
            if not any(map(self._belongs, tail.records)):
                break
        seen: Counter[int] = Counter()
        fresh = []
        for record in records:
            key = _identity(record)
            seen[key] += 1
            if seen[key] > self._shown[key]:
                fresh.append(record)
        self._shown = seen
        return fresh


def _traces(found: Bearers | None) -> frozenset[str] | None:
    return None if found is None else frozenset(found.trace_ids)


def _identity(record: LogRecord) -> int:
    """OTLP gives a record no ID: two that are equal in everything are told apart by their number."""
    return hash(repr(record))
