"""The embedded LogStore. A tail's cursor is the row number of the last block read, with the identity of the file."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from phoenix_dev.stores.logs import LogCapabilities, LogPage, LogTail
from phoenix_dev.telemetry import storable
from phoenix_dev.telemetry.identifiers import trace_ids
from phoenix_dev.telemetry.keys import identifier_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogLine, LogRecord
    from phoenix_dev.stores.logs import LogFilter
    from phoenix_dev.telemetry.database import ReadConnection
    from phoenix_dev.telemetry.unpack import BlockReader

#: Time, number of arrival, record: in the order of a story, and never equal.
_Entry = tuple[int, int, "LogRecord"]


class EmbeddedLogStore:
    """Implements `LogStore` on the SQLite file."""

    capabilities = LogCapabilities(
        attributes_as_sent=True,
        poll_seconds=0.05,
        any_time=True,
        arrival_order=True,
        lasting_cursors=True,
        equal_records=True,
    )

    def __init__(self, db: ReadConnection, blocks: BlockReader) -> None:
        self._db = db
        self._blocks = blocks

    def of_traces(self, trace_ids: Iterable[str]) -> dict[str, tuple[LogRecord, ...]]:
        """See `LogStore.of_traces`."""
        found = {
            trace_id: self._in_time_order(
                "SELECT data FROM log_block WHERE trace = (SELECT id FROM trace WHERE trace_id = ?) ORDER BY id",
                bytes.fromhex(trace_id),
            )
            for trace_id in dict.fromkeys(trace_ids)
        }
        return {trace_id: records for trace_id, records in found.items() if records}

    def trace_ids(self, kind: IdKind, value: str) -> tuple[str, ...]:
        """See `LogStore.trace_ids`."""
        return trace_ids(self._db, self._blocks, "log", kind, value)

    def without_trace(self, kind: IdKind, value: str) -> tuple[LogRecord, ...]:
        """See `LogStore.without_trace`."""
        if kind not in ("correlation", "request"):
            return ()  # a record that bears a span ID without a trace ID belongs to nothing (logs data model, "SpanId")
        records = self._in_time_order(
            "SELECT data FROM log_block JOIN loose_identifier ON log_block.id = loose_identifier.block "
            "WHERE loose_identifier.key = ? ORDER BY log_block.id",
            identifier_key(kind, value),
        )
        # A block holds its neighbours too.
        return tuple(record for record in records if value in record.ids(kind))

    def search(self, keep: LogFilter, limit: int | None, *, follow: bool = True) -> LogPage:  # noqa: ARG002 - always can
        """See `LogStore.search`."""
        store, position = self._position()
        if limit == 0:
            return LogPage((), False, f"{store}:{position}")  # only the cursor is wanted
        newest: list[_Entry] = []  # a heap, the oldest first; one more than the limit tells that there are more
        for entry in self._newest_blocks_first(keep, position, newest, limit):
            if keep.keeps(entry[2]):
                if limit is None or len(newest) <= limit:
                    heapq.heappush(newest, entry)
                else:
                    heapq.heappushpop(newest, entry)
        ordered = [record for _, _, record in sorted(newest, key=lambda entry: entry[:2])]
        truncated = limit is not None and len(ordered) > limit
        return LogPage(tuple(ordered[1:] if truncated else ordered), truncated, f"{store}:{position}")

    def _newest_blocks_first(
        self, keep: LogFilter, position: int, newest: list[_Entry], limit: int | None
    ) -> Iterator[_Entry]:
        """Records of the blocks that may hold one to keep, until no further block can add to the newest."""
        since = 0 if keep.since_ns is None else keep.since_ns
        until = storable.LAST if keep.until_ns is None else keep.until_ns
        where, parameters = _blocks(since, until, keep.services, keep.min_severity)
        sql = f"SELECT id, last, data FROM log_block WHERE id <= ? AND {where} ORDER BY last DESC, id DESC"  # noqa: S608
        for number, last, data in self._db.stream(sql, (position, *parameters)):
            full = limit is not None and len(newest) > limit
            if full and isinstance(last, int) and last < newest[0][0]:
                return
            if isinstance(number, int):
                for index, record in enumerate(self._blocks.logs(self._blocks.unpacked(data))):
                    yield record.time_ns, number << 32 | index, record

    def lines(self, since_ns: int, until_ns: int, services: frozenset[str] = frozenset()) -> Iterator[LogLine]:
        """See `LogStore.lines`."""
        where, parameters = _blocks(since_ns, until_ns, services)
        sql = f"SELECT name, data FROM log_block CROSS JOIN service ON service.id = service WHERE {where}"  # noqa: S608
        for name, data in self._db.stream(sql, parameters):
            for line in self._blocks.lines(self._blocks.unpacked(data), str(name)):
                if since_ns <= line.time_ns <= until_ns:
                    yield line

    def tail(self, cursor: str) -> LogTail:
        """See `LogStore.tail`."""
        store, position = self._position()
        seen_store, _, seen = cursor.partition(":")
        # Another identity: the data was deleted and begun anew, everything in it arrived after the cursor.
        after = int(seen) if seen_store == store else 0
        if after == position:
            return LogTail((), f"{store}:{position}")
        rows = self._db.rows("SELECT data FROM log_block WHERE id > ? AND id <= ? ORDER BY id", (after, position))
        records = tuple(record for (data,) in rows for record in self._blocks.logs(self._blocks.unpacked(data)))
        return LogTail(records, f"{store}:{position}")

    def _position(self) -> tuple[str, int]:
        rows = self._db.rows(
            "SELECT store.id, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log_block'), 0) FROM store"
        )
        (store, position) = rows[0]
        return str(store), position if isinstance(position, int) else 0

    def _in_time_order(self, sql: str, parameter: object) -> tuple[LogRecord, ...]:
        rows = self._db.rows(sql, (parameter,))
        records = [record for (data,) in rows for record in self._blocks.logs(self._blocks.unpacked(data))]
        return tuple(sorted(records, key=lambda record: record.time_ns))


def _blocks(since: int, until: int, services: frozenset[str], min_severity: int = 0) -> tuple[str, tuple[object, ...]]:
    """The condition that a block may hold a record to keep, and its parameters."""
    where = ["last >= ?", "first <= ?", "severity >= ?"]
    parameters: list[object] = [storable.number(since), storable.number(until), min_severity]
    if services:
        marks = ",".join("?" * len(services))
        where.append(f"service IN (SELECT id FROM service WHERE name IN ({marks}))")  # noqa: S608 - only marks
        parameters += map(storable.text, sorted(services))
    return " AND ".join(where), tuple(parameters)
