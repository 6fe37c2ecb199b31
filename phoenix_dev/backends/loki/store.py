"""The LogStore on Loki. Loki scans what it is asked about, so every question is bounded in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.backends.just_read import JustRead
from phoenix_dev.backends.kept import is_kept_whole
from phoenix_dev.backends.loki import query
from phoenix_dev.backends.loki.bearing import Bearing
from phoenix_dev.backends.loki.records import line_of, record_of
from phoenix_dev.backends.loki.tail import Tail
from phoenix_dev.backends.parallel import each
from phoenix_dev.backends.windows import AHEAD, FURTHEST, MINUTE, backwards, clamped
from phoenix_dev.model.identifier import as_span_id, as_trace_id
from phoenix_dev.stores.logs import LogCapabilities, LogFilter, LogPage, LogTail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from phoenix_dev.backends.loki.client import Entry, LokiClient
    from phoenix_dev.backends.windows import Window
    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogLine, LogRecord

#: Logs of a trace are looked for from so long before its first span to so long after its last.
MARGIN = 5 * MINUTE
_TRACES_AT_ONCE = 32
#: The kinds of ID that are borne by what belongs to a trace, or to none.
_KINDS: tuple[IdKind, ...] = ("correlation", "request", "span")


class LokiLogStore:
    """Implements `LogStore`.

    What is looked for without a time is looked for in the last hour, else in the last day, else in the last seven days,
    and so on to the end of what is kept for `reach` nanoseconds. `extent` tells first and last time of a trace's spans,
    None without any.
    """

    capabilities = LogCapabilities(poll_seconds=0.25)

    def __init__(self, loki: LokiClient, extent: Callable[[str], Window | None], reach: int) -> None:
        self._loki = loki
        self._reach = reach
        self._extent = extent
        self._tail = Tail(loki)
        self._just_read: JustRead[tuple[LogRecord, ...]] = JustRead()
        self._bearers = Bearing(loki, reach)

    def of_traces(self, trace_ids: Iterable[str]) -> dict[str, tuple[LogRecord, ...]]:
        """See `LogStore.of_traces`. With spans, within five minutes of them."""
        timed: list[tuple[Window, str]] = []
        found: dict[str, tuple[LogRecord, ...]] = {}
        for trace_id in filter(None, map(as_trace_id, dict.fromkeys(trace_ids))):
            if records := self._just_read.take(trace_id):
                found[trace_id] = records
            elif (window := self._around(trace_id)) is None:
                found |= _by_trace(self._until_found(query.of_traces([trace_id])))
            else:
                timed.append((window, trace_id))
        for group in each(self._of_traces, list(_together(sorted(timed)))):
            found |= _by_trace(group)
        return found

    def trace_ids(self, kind: IdKind, value: str) -> tuple[str, ...]:
        """See `LogStore.trace_ids`."""
        if kind == "trace":
            trace_id = as_trace_id(value) or ""
            found = self._of_trace(trace_id)
            self._just_read.put(trace_id, found)
            return (trace_id,) if found else ()
        records = self._bearing(kind, value)
        return tuple(dict.fromkeys(record.trace_id for record in records if record.trace_id))

    def without_trace(self, kind: IdKind, value: str) -> tuple[LogRecord, ...]:
        """See `LogStore.without_trace`."""
        if kind not in ("correlation", "request"):
            return ()  # a record that bears a span ID without a trace ID belongs to nothing (logs data model, "SpanId")
        return tuple(record for record in self._bearing(kind, value) if not record.trace_id)

    def search(self, keep: LogFilter, limit: int | None, *, follow: bool = True) -> LogPage:
        """See `LogStore.search`. Looks no further back than 30 days, or than logs are kept."""
        cursor = self._tail.begin() if follow else ""
        if limit == 0:
            return LogPage((), truncated=False, cursor=cursor)
        kept: list[tuple[Entry, LogRecord]] = []
        for entry in self._newest(keep, limit):
            record = record_of(entry)
            if keep.keeps(record):
                kept.append((entry, record))
                if limit is not None and len(kept) > limit:
                    break
        truncated = limit is not None and len(kept) > limit
        shown = kept[:limit] if truncated else kept
        if follow:
            self._tail.note(cursor, [entry for entry, _ in shown])
        return LogPage(tuple(record for _, record in reversed(shown)), truncated, cursor)

    def lines(self, since_ns: int, until_ns: int, services: frozenset[str] = frozenset()) -> Iterator[LogLine]:
        """See `LogStore.lines`. Looks no further back than 30 days, or than logs are kept."""
        wanted = query.lines(services)
        now = time.time_ns()
        for first, last in backwards(max(self._reach, FURTHEST), now):
            if window := clamped(max(first, since_ns), min(last, until_ns), now, self._reach):
                yield from map(line_of, self._loki.oldest_first(wanted, window))
            if first <= since_ns:
                return

    def tail(self, cursor: str) -> LogTail:
        """See `LogStore.tail`. A cursor of another process counts from now.

        A line that arrives more than a minute after the time it bears is not seen, unless it was held back while Loki
        did not answer.
        """
        entries, position = self._tail.after(cursor)
        return LogTail(tuple(map(record_of, entries)), position)

    def _newest(self, keep: LogFilter, limit: int | None) -> Iterator[Entry]:
        most = None if limit is None or keep.grep is not None else limit + 1
        wanted = query.passing(keep)
        now = time.time_ns()
        until = now + AHEAD if keep.until_ns is None else keep.until_ns
        since = now - FURTHEST if keep.since_ns is None else keep.since_ns
        for first, last in backwards(max(self._reach, FURTHEST), now):
            if window := clamped(max(first, since), min(last, until), now, self._reach):
                yield from self._loki.newest_first(wanted, window, most)
            if first <= since:
                return

    def _around(self, trace_id: str) -> Window | None:
        extent = self._extent(trace_id)
        return clamped(extent[0] - MARGIN, extent[1] + MARGIN, reach=self._reach) if extent else None

    def _of_traces(self, group: tuple[Window, Sequence[str]]) -> list[LogRecord]:
        window, trace_ids = group
        return [record_of(entry) for entry in self._loki.oldest_first(query.of_traces(trace_ids), window)]

    def _of_trace(self, trace_id: str) -> tuple[LogRecord, ...]:
        """Of a text that may be another kind of ID just as well, unless there are spans of such a trace."""
        if not trace_id or self._around(trace_id) is not None:
            return self.of_traces([trace_id]).get(trace_id, ())

        def is_of_it(record: LogRecord) -> bool:
            return record.trace_id == trace_id

        return tuple(filter(is_of_it, self._bearers.first(trace_id, is_of_it)))

    def _until_found(self, wanted: str) -> list[LogRecord]:
        for window in backwards(self._reach):
            if found := [record_of(entry) for entry in self._loki.oldest_first(wanted, window)]:
                return found
        return []

    def _bearing(self, kind: IdKind, value: str) -> list[LogRecord]:
        if kind == "span":
            value = as_span_id(value) or ""
        if not value or not is_kept_whole(value):
            return []
        records = self._bearers.first(
            value, lambda record: any(value in _borne(record, any_kind) for any_kind in _KINDS)
        )
        return [record for record in records if value in _borne(record, kind)]


def _borne(record: LogRecord, kind: IdKind) -> tuple[str, ...]:
    return (record.span_id,) if kind == "span" else record.ids(kind)


def _by_trace(records: Iterable[LogRecord]) -> dict[str, tuple[LogRecord, ...]]:
    found: dict[str, list[LogRecord]] = {}
    for record in records:
        found.setdefault(record.trace_id, []).append(record)
    return {trace_id: tuple(borne) for trace_id, borne in found.items()}


def _together(timed: list[tuple[Window, str]]) -> Iterator[tuple[Window, list[str]]]:
    """Traces whose windows overlap, in groups: one scan for all of a group."""
    group: list[str] = []
    first = last = 0
    for (start, end), trace_id in timed:
        if group and (start > last or len(group) == _TRACES_AT_ONCE):
            yield (first, last), group
            group = []
        if not group:
            first, last = start, end
        group.append(trace_id)
        last = max(last, end)
    if group:
        yield (first, last), group
