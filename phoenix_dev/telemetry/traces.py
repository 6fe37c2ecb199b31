"""The embedded TraceStore."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.model.span import Trace
from phoenix_dev.stores.matching import matches, summary_of
from phoenix_dev.stores.traces import TraceCapabilities, TracePage
from phoenix_dev.telemetry import storable
from phoenix_dev.telemetry.identifiers import trace_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.span import Span, TraceSummary
    from phoenix_dev.stores.traces import TraceQuery
    from phoenix_dev.telemetry.database import ReadConnection
    from phoenix_dev.telemetry.unpack import BlockReader


#: What a clock may be ahead of this machine's without being called wrong.
_CLOCKS_DIFFER_NS = 60 * 10**9
#: Any number of traces: the parameter, given twice, holds their IDs one after the other.
_IN_ONE_PIECE = (
    "trace_id IN (WITH RECURSIVE piece(at) AS "
    "(VALUES (1) UNION ALL SELECT at + 16 FROM piece WHERE at + 16 <= length(?)) SELECT substr(?, at, 16) FROM piece)"
)


class EmbeddedTraceStore:
    """Implements `TraceStore` on the SQLite file."""

    capabilities = TraceCapabilities(
        attributes_as_sent=True, span_id_lookup=True, whole_trace_durations=True, any_time=True, unsampled=True
    )

    def __init__(self, db: ReadConnection, blocks: BlockReader) -> None:
        self._db = db
        self._blocks = blocks

    def spans(self, trace_ids: Iterable[str]) -> dict[str, tuple[Span, ...]]:
        """See `TraceStore.spans`."""
        found = {trace_id: self._spans(trace_id) for trace_id in dict.fromkeys(trace_ids)}
        return {trace_id: spans for trace_id, spans in found.items() if spans}

    def trace_ids(self, kind: IdKind, value: str) -> tuple[str, ...]:
        """See `TraceStore.trace_ids`."""
        return trace_ids(self._db, self._blocks, "span", kind, value)

    def latest(self, *, error: bool = False) -> str | None:
        """See `TraceStore.latest`."""
        which = "error" if error else "spans"
        for latest in (time.time_ns() + _CLOCKS_DIFFER_NS, storable.LAST):
            rows = self._db.rows(
                f"SELECT hex(trace_id) FROM trace WHERE {which} > 0 AND start <= ? "  # noqa: S608 - one of two columns
                "ORDER BY start DESC, id DESC LIMIT 1",
                (latest,),
            )
            if rows:
                return str(rows[0][0]).lower()
        return None

    def search(self, query: TraceQuery) -> TracePage:
        """See `TraceStore.search`."""
        found: list[TraceSummary] = []
        names = (query.operation, *(key for key, _ in query.attributes))
        holding = [storable.text(name).encode() for name in names if name]
        for trace_id in self._candidates(query):
            spans = self._spans(trace_id, holding)
            if spans and matches(trace := Trace(trace_id, spans), query):
                if len(found) == query.limit:
                    return TracePage(tuple(found), truncated=True)
                found.append(summary_of(trace))
        return TracePage(tuple(found), truncated=False)

    def _candidates(self, query: TraceQuery) -> Iterator[str]:
        """Trace IDs, newest first, that the columns of their rows do not rule out. Blocks are only opened for these."""
        where = ["spans > 0", "start >= ?"]
        parameters: list[object] = [storable.number(query.since_ns)]
        if query.error:
            where.append("error > 0")
        # A trace of blocks in several exports has the earliest start and latest end of them: no span says otherwise.
        if query.min_duration_ns is not None:
            where.append('"end" - start >= ?')
            parameters.append(storable.number(query.min_duration_ns))
        if query.max_duration_ns is not None:
            where.append('"end" - start <= ?')
            parameters.append(storable.number(query.max_duration_ns))
        if query.trace_ids is not None:
            where.append(_IN_ONE_PIECE)
            parameters += [b"".join(map(bytes.fromhex, query.trace_ids))] * 2
        if query.service:
            where.append(
                "EXISTS (SELECT 1 FROM span_block WHERE span_block.trace = trace.id AND services LIKE "
                "(SELECT '%,' || id || ',%' FROM service WHERE name = ?))"
            )
            parameters.append(storable.text(query.service))
        sql = f"SELECT hex(trace_id) FROM trace WHERE {' AND '.join(where)} ORDER BY start DESC, id DESC"  # noqa: S608
        for (found,) in self._db.stream(sql, tuple(parameters)):
            yield str(found).lower()

    def _spans(self, trace_id: str, holding: Sequence[bytes] = ()) -> tuple[Span, ...]:
        """The spans of a trace; none when one of `holding` stands nowhere in it, told before anything is decoded."""
        rows = self._db.rows(
            "SELECT data FROM span_block WHERE trace = (SELECT id FROM trace WHERE trace_id = ?) ORDER BY id",
            (bytes.fromhex(trace_id),),
        )
        blocks = [self._blocks.unpacked(data) for (data,) in rows]
        if not all(any(piece in block for block in blocks) for piece in holding):
            return ()
        once: dict[tuple[object, ...], Span] = {}
        for block in blocks:
            for span in self._blocks.spans(block):
                # A sender that heard no answer sends again: the same span may stand in two blocks.
                once.setdefault(span.identity, span)
        return tuple(sorted(once.values(), key=lambda span: span.start_ns))
