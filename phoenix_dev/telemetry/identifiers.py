"""From an ID to the traces that bear it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from phoenix_dev.model.identifier import as_span_id, as_trace_id
from phoenix_dev.telemetry.keys import identifier_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.span import Span
    from phoenix_dev.telemetry.database import ReadConnection
    from phoenix_dev.telemetry.unpack import BlockReader

Signal = Literal["span", "log"]


def trace_ids(db: ReadConnection, blocks: BlockReader, signal: Signal, kind: IdKind, value: str) -> tuple[str, ...]:
    """Traces that bear an ID, oldest first.

    `signal` says on what a trace ID or span ID is looked for; the other kinds are indexed together.
    """
    if kind == "trace":
        return _known_trace(db, signal, value)
    if kind == "span":
        return _traces_of_span(db, blocks, signal, value)
    rows = db.rows(
        "SELECT hex(trace.trace_id) FROM identifier JOIN trace ON trace.id = identifier.trace "
        "WHERE identifier.key = ? ORDER BY trace.start, trace.id",
        (identifier_key(kind, value),),
    )
    return tuple(str(row[0]).lower() for row in rows)


def _known_trace(db: ReadConnection, signal: Signal, value: str) -> tuple[str, ...]:
    trace_id = as_trace_id(value)
    if trace_id is None:
        return ()
    count = "spans" if signal == "span" else "logs"
    found = db.rows(
        f"SELECT 1 FROM trace WHERE trace_id = ? AND {count} > 0",  # noqa: S608 - one of two names above
        (bytes.fromhex(trace_id),),
    )
    return (trace_id,) if found else ()


def _traces_of_span(db: ReadConnection, blocks: BlockReader, signal: Signal, value: str) -> tuple[str, ...]:
    """Read the runs of span IDs from the newest backwards, then look into the blocks of the run that holds it.

    8 bytes a span in sequence: 8 MB for a million spans, some milliseconds. A B-tree of random IDs would cost the
    writer more than all else together.
    """
    span_id = as_span_id(value)
    if span_id is None:
        return ()
    wanted = bytes.fromhex(span_id)
    runs = db.stream(
        f"SELECT first_block, last_block, ids FROM {signal}_run ORDER BY first_block DESC"  # noqa: S608 - "span" or "log"
    )
    for first, last, ids in runs:
        if isinstance(ids, bytes) and wanted in ids:  # across two IDs, perhaps; the blocks tell
            found = _in_blocks(db, blocks, signal, (first, last), span_id)
            if found:
                return found
    return ()


def _in_blocks(
    db: ReadConnection, blocks: BlockReader, signal: Signal, numbers: tuple[object, object], span_id: str
) -> tuple[str, ...]:
    decode: Callable[[bytes], Sequence[Span | LogRecord]] = blocks.spans if signal == "span" else blocks.logs
    rows = db.rows(
        f"SELECT data FROM {signal}_block WHERE id BETWEEN ? AND ? AND trace IS NOT NULL",  # noqa: S608 - "span" or "log"
        numbers,
    )
    bearing = (item.trace_id for (data,) in rows for item in decode(blocks.unpacked(data)) if item.span_id == span_id)
    return tuple(dict.fromkeys(bearing))
