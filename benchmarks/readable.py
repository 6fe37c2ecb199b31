"""That what was acknowledged can be read: counted block by block, and some of it looked up as commands do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import zstandard
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from phoenix_dev.telemetry.reader import open_stores

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.load import Sample
    from phoenix_dev.model.span import Span


class Unreadable(Exception):
    """Something acknowledged is not there: the run counts for nothing."""


def count_spans(database: Path) -> int:
    """Every span in the file, each block unpacked."""
    unpack = zstandard.ZstdDecompressor().decompress
    return sum(
        len(scope.spans)
        for (data,) in _rows(database, "span_block")
        for group in TracesData.FromString(unpack(data)).resource_spans
        for scope in group.scope_spans
    )


def count_logs(database: Path) -> int:
    """Every log record in the file."""
    unpack = zstandard.ZstdDecompressor().decompress
    return sum(
        len(scope.log_records)
        for (data,) in _rows(database, "log_block")
        for group in LogsData.FromString(unpack(data)).resource_logs
        for scope in group.scope_logs
    )


def expect_readable(database: Path, samples: Iterable[Sample], *, spans: int, logs: int = 0) -> None:
    """Raises Unreadable unless the file holds exactly so many spans and logs, and each sample is found by its IDs."""
    found = (count_spans(database), count_logs(database))
    if found != (spans, logs):
        raise Unreadable(f"{spans} spans and {logs} logs were acknowledged, {found[0]} and {found[1]} can be read")
    stores = open_stores(database)
    for sample in samples:
        held = stores.traces.spans([sample.trace]).get(sample.trace, ())
        ids = (sample.correlation, sample.request)
        if {span.span_id for span in held} != sample.spans or {_borne(span) for span in held} != {ids}:
            raise Unreadable(f"trace {sample.trace} is not what was sent")
        by_other_ids = (stores.traces.trace_ids("correlation", ids[0]), stores.traces.trace_ids("request", ids[1]))
        if by_other_ids != ((sample.trace,), (sample.trace,)):
            raise Unreadable(f"trace {sample.trace} is not found by its correlation ID and its request ID")


def _borne(span: Span) -> tuple[object, object]:
    return span.attributes["correlation_id"], span.attributes["request_id"]


def _rows(database: Path, table: str) -> Iterable[tuple[bytes]]:
    db = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        yield from db.execute(f"SELECT data FROM {table}")
    finally:
        db.close()
