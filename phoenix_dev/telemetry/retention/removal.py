"""Removing whole traces and blocks, inside a transaction of the writer.

With a trace go its spans and logs at once. What only points to it follows later: a row of `identifier` whose trace is
gone finds nothing (row numbers of traces are never given twice), and `sweep` removes such rows; a run of span IDs goes
with the last of its blocks, or is written anew when few are left.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import zstandard
from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.telemetry.schema import MINUTE_NS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

Reason = Literal["age", "size"]

_IN = "IN (SELECT value FROM json_each(?))"
#: A run of span IDs is written anew when less than one in so many of its blocks is left.
_SPARSE = 4
_KEYS = 2**63
#: Slices that the IDs are swept in; they are hashes, so slices are equally large.
SLICES = 512


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal took away; `bytes` is the size of its blocks."""

    traces: int = 0
    error_traces: int = 0
    bytes: int = 0


def remove_traces(db: sqlite3.Connection, numbers: Sequence[int]) -> Removed:
    """Traces by row number, with all that belongs to them."""
    which = (json.dumps(numbers),)
    db.execute("UPDATE store SET last_trace = max(last_trace, coalesce((SELECT max(id) FROM trace), 0))")
    traces = db.execute(f"DELETE FROM trace WHERE id {_IN} RETURNING error > 0", which).fetchall()  # noqa: S608 - a constant
    size = 0
    for signal in ("span", "log"):
        gone = db.execute(
            f"DELETE FROM {signal}_block WHERE trace {_IN} RETURNING id, length(data)",  # noqa: S608 - "span" or "log"
            which,
        ).fetchall()
        size += sum(length for _, length in gone)
        _mend_runs(db, signal, sorted(number for number, _ in gone))
    return Removed(len(traces), sum(failed for (failed,) in traces), size)


def remove_logs(db: sqlite3.Connection, numbers: Sequence[int]) -> Removed:
    """Blocks of logs that belong to no trace."""
    db.execute(f"DELETE FROM loose_identifier WHERE block {_IN}", (json.dumps(numbers),))  # noqa: S608 - a constant
    return _remove_blocks(db, "log_block", numbers)


def remove_metrics(db: sqlite3.Connection, numbers: Sequence[int]) -> Removed:
    """Blocks of metrics."""
    return _remove_blocks(db, "metric_block", numbers)


def _remove_blocks(db: sqlite3.Connection, table: str, numbers: Sequence[int]) -> Removed:
    gone = db.execute(
        f"DELETE FROM {table} WHERE id {_IN} RETURNING length(data)",  # noqa: S608 - one of two names
        (json.dumps(numbers),),
    ).fetchall()
    return Removed(bytes=sum(size for (size,) in gone))


def note(db: sqlite3.Connection, removed: Removed, service: int, reason: Reason, now_ns: int) -> None:
    """Remember what was removed and why."""
    db.execute(
        """
        INSERT INTO removal (minute, service, reason, traces, error_traces, bytes) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (minute, service, reason) DO UPDATE SET
            traces = traces + excluded.traces, error_traces = error_traces + excluded.error_traces,
            bytes = bytes + excluded.bytes
        """,
        (now_ns // MINUTE_NS, service, reason, removed.traces, removed.error_traces, removed.bytes),
    )


def sweep(db: sqlite3.Connection, slice_number: int) -> int:
    """Remove the IDs of one slice whose traces are gone: how many there were."""
    width = _KEYS // SLICES
    first = slice_number * width
    return db.execute(
        "DELETE FROM identifier WHERE key BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM trace WHERE id = trace)",
        (first, first + width - 1),
    ).rowcount


def _mend_runs(db: sqlite3.Connection, signal: str, blocks: Sequence[int]) -> None:
    """The runs that hold span IDs of removed blocks, given in order."""
    last = -1
    for block in blocks:
        if block > last:
            run = db.execute(
                f"SELECT first_block, last_block FROM {signal}_run WHERE first_block <= ? "  # noqa: S608 - "span" or "log"
                "ORDER BY first_block DESC LIMIT 1",
                (block,),
            ).fetchone()
            if run and block <= run[1]:
                last = run[1]
                _mend_run(db, signal, *run)


def _mend_run(db: sqlite3.Connection, signal: str, first: int, last: int) -> None:
    rows = f"FROM {signal}_block WHERE id BETWEEN ? AND ? AND trace IS NOT NULL"
    (left,) = db.execute(f"SELECT count(*) {rows}", (first, last)).fetchone()
    if not left:
        db.execute(f"DELETE FROM {signal}_run WHERE first_block = ?", (first,))  # noqa: S608 - "span" or "log"
    elif left * _SPARSE <= last - first + 1:
        blocks = [data for (data,) in db.execute(f"SELECT data {rows}", (first, last))]
        ids = b"".join(sorted(_span_ids(db, signal, blocks)))
        db.execute(f"UPDATE {signal}_run SET ids = ? WHERE first_block = ?", (ids, first))  # noqa: S608 - "span" or "log"


def _span_ids(db: sqlite3.Connection, signal: str, blocks: Iterable[bytes]) -> set[bytes]:
    """The span IDs in some blocks."""
    found: set[bytes] = set()
    dictionaries: dict[int, zstandard.ZstdDecompressor] = {}
    for block in blocks:
        with contextlib.suppress(zstandard.ZstdError, DecodeError):  # what is damaged is found by no ID either way
            number = zstandard.get_frame_parameters(block).dict_id
            if number not in dictionaries:
                row = db.execute("SELECT data FROM dictionary WHERE id = ?", (number,)).fetchone()
                known = zstandard.ZstdCompressionDict(row[0]) if row else None
                dictionaries[number] = zstandard.ZstdDecompressor(dict_data=known)
            found |= _ids_in(signal, dictionaries[number].decompress(block))
    return {span_id for span_id in found if len(span_id) == 8}


def _ids_in(signal: str, block: bytes) -> set[bytes]:
    if signal == "span":
        traces = TracesData.FromString(block).resource_spans
        return {span.span_id for group in traces for scope in group.scope_spans for span in scope.spans}
    logs = LogsData.FromString(block).resource_logs
    return {record.span_id for group in logs for scope in group.scope_logs for record in scope.log_records}
