"""The embedded TraceStore."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.model.attributes import text_of
from phoenix_dev.model.span import Trace, TraceSummary
from phoenix_dev.stores.traces import TraceCapabilities, TracePage
from phoenix_dev.telemetry.identifiers import trace_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.span import Span
    from phoenix_dev.stores.traces import TraceQuery
    from phoenix_dev.telemetry.database import ReadConnection
    from phoenix_dev.telemetry.unpack import BlockReader


_LAST_TIME = 2**63 - 1
#: What a clock may be ahead of this machine's without being called wrong.
_CLOCKS_DIFFER_NS = 60 * 10**9


class EmbeddedTraceStore:
    """Implements `TraceStore` on the SQLite file."""

    capabilities = TraceCapabilities(attributes_as_sent=True, span_id_lookup=True)

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
        for latest in (time.time_ns() + _CLOCKS_DIFFER_NS, _LAST_TIME):
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
        holding = [text.encode() for text in (query.operation, *(key for key, _ in query.attributes)) if text]
        for trace_id in self._candidates(query):
            spans = self._spans(trace_id, holding)
            if spans and _matches(spans, query):
                if len(found) == query.limit:
                    return TracePage(tuple(found), truncated=True)
                found.append(_summary(trace_id, spans))
        return TracePage(tuple(found), truncated=False)

    def _candidates(self, query: TraceQuery) -> Iterator[str]:
        """Trace IDs, newest first, that the columns of their rows do not rule out. Blocks are only opened for these."""
        where, parameters = ["spans > 0", "start >= ?"], [query.since_ns]
        if query.error:
            where.append("error > 0")
        # A trace of blocks in several exports has the earliest start and latest end of them: no span says otherwise.
        if query.min_duration_ns is not None:
            where.append('"end" - start >= ?')
            parameters.append(query.min_duration_ns)
        if query.max_duration_ns is not None:
            where.append('"end" - start <= ?')
            parameters.append(query.max_duration_ns)
        texts: list[object] = list(parameters)
        if query.service:
            where.append(
                "EXISTS (SELECT 1 FROM span_block WHERE span_block.trace = trace.id AND services LIKE "
                "(SELECT '%,' || id || ',%' FROM service WHERE name = ?))"
            )
            texts.append(query.service)
        sql = f"SELECT hex(trace_id) FROM trace WHERE {' AND '.join(where)} ORDER BY start DESC, id DESC"  # noqa: S608
        for (found,) in self._db.stream(sql, tuple(texts)):
            trace_id = str(found).lower()
            if query.trace_ids is None or trace_id in query.trace_ids:
                yield trace_id

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
                once.setdefault((span.span_id, span.start_ns, span.name, span.kind, span.service), span)
        return tuple(sorted(once.values(), key=lambda span: span.start_ns))


def _matches(spans: tuple[Span, ...], query: TraceQuery) -> bool:
    if query.error and not any(span.status == "error" for span in spans):
        return False
    if not (query.service or query.operation or query.attributes):
        return True
    return any(
        (not query.service or span.service == query.service)
        and (not query.operation or span.name == query.operation)
        and all(_bears(span, key, value) for key, value in query.attributes)
        for span in spans
    )


def _bears(span: Span, key: str, value: str) -> bool:
    return any(key in found and text_of(found[key]) == value for found in (span.attributes, span.resource))


def _summary(trace_id: str, spans: tuple[Span, ...]) -> TraceSummary:
    trace = Trace(trace_id, spans)
    root = trace.root
    return TraceSummary(
        trace_id=trace_id,
        start_ns=trace.start_ns,
        duration_ns=trace.duration_ns,
        root_service=root.service if root else "",
        root_name=root.name if root else "",
        span_count=len(spans),
        service_count=len(trace.services),
        error=trace.error,
    )
