"""What the writer does inside one transaction: batches → rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.telemetry.blocks import Tally
from phoenix_dev.telemetry.compression import BlockCompressor
from phoenix_dev.telemetry.keys import identifier_key
from phoenix_dev.telemetry.schema import MINUTE_NS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from phoenix_dev.telemetry.blocks import Batch, Block

# A trace's time is that of its spans; only while there is none do its logs stand in.
_ADD_SPANS = """
    INSERT INTO trace (id, trace_id, start, "end", spans, logs, error) VALUES (?, ?, ?, ?, ?, 0, ?)
    ON CONFLICT (trace_id) DO UPDATE SET
        start = iif(spans, min(start, excluded.start), excluded.start),
        "end" = iif(spans, max("end", excluded."end"), excluded."end"),
        spans = spans + excluded.spans, error = error + excluded.error
    RETURNING id
"""
_ADD_LOGS = """
    INSERT INTO trace (id, trace_id, start, "end", spans, logs, error) VALUES (?, ?, ?, ?, 0, ?, 0)
    ON CONFLICT (trace_id) DO UPDATE SET
        start = iif(spans, start, min(start, excluded.start)),
        "end" = iif(spans, "end", max("end", excluded."end")),
        logs = logs + excluded.logs
    RETURNING id
"""
_ADD_ARRIVAL = """
    INSERT INTO arrival (minute, service, spans, error_spans, logs, points, last) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (minute, service) DO UPDATE SET
        spans = spans + excluded.spans, error_spans = error_spans + excluded.error_spans,
        logs = logs + excluded.logs, points = points + excluded.points, last = excluded.last
"""


class Statements:
    """Writes batches into an open transaction. Keeps row numbers in memory; `forget` after a rollback."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.forget()

    def forget(self) -> None:
        """Read row numbers and dictionaries anew from the file."""
        self._compressors = [BlockCompressor(self._db, kind) for kind in ("span", "log", "metric")]
        self._span, self._log, self._metric = self._compressors
        last = dict(self._db.execute("SELECT name, seq FROM sqlite_sequence"))
        self._next_span_block: int = last.get("span_block", 0) + 1
        self._next_log_block: int = last.get("log_block", 0) + 1
        (self._last_trace,) = self._db.execute(
            "SELECT max(last_trace, coalesce((SELECT max(id) FROM trace), 0)) FROM store"
        ).fetchone()
        self._services: dict[str, int] = dict(self._db.execute("SELECT name, id FROM service"))

    def write(self, batches: list[Batch], now_ns: int) -> None:
        """Every row of some batches, and what arrived when."""
        traces = self._traces(batches)
        for batch in batches:
            if batch.spans:
                self._spans(batch, traces)
            if batch.logs:
                self._logs(batch, traces)
            if batch.metrics:
                self._metrics(batch)
        self._arrivals(batches, now_ns)
        for compressor in self._compressors:
            compressor.learn()

    def write_positions(self, positions: Iterable[Mapping[str, str]]) -> None:
        """How far each source has been read; one whose position is empty is there no more."""
        pairs = [pair for one in positions for pair in one.items()]
        self._db.executemany("INSERT OR REPLACE INTO position (source, value) VALUES (?, ?)", pairs)
        if gone := [(source,) for source, value in pairs if not value]:
            self._db.executemany("DELETE FROM position WHERE source = ? AND value = ''", gone)

    def _service(self, name: str) -> int:
        number = self._services.get(name)
        if number is None:
            number = self._services[name] = len(self._services) + 1
            self._db.execute("INSERT INTO service (id, name) VALUES (?, ?)", (number, name))
        return number

    def _traces(self, batches: list[Batch]) -> dict[bytes, int]:
        """One upsert for each distinct trace of the transaction; returns its row number."""
        spans = _merged(block for batch in batches for block in batch.spans)
        logs = _merged(block for batch in batches for block in batch.logs if block.trace_id)
        rows = {trace_id: self._trace(_ADD_SPANS, trace_id, *sums) for trace_id, sums in spans.items()}
        for trace_id, (first, last, items, _) in logs.items():
            rows[trace_id] = self._trace(_ADD_LOGS, trace_id, first, last, items)
        return rows

    def _trace(self, sql: str, *values: object) -> int:
        number: int = self._db.execute(sql, (self._last_trace + 1, *values)).fetchone()[0]
        self._last_trace = max(self._last_trace, number)
        return number

    def _spans(self, batch: Batch, traces: dict[bytes, int]) -> None:
        first = self._next_span_block
        rows, identifiers = [], []
        for number, block in enumerate(batch.spans, start=first):
            trace = traces[block.trace_id]
            # Padded with commas so that one service is found by `LIKE '%,7,%'`.
            services = f",{','.join(str(self._service(name)) for name in sorted(block.services))},"
            rows.append((number, trace, services, self._span.compress(b"".join(block.parts))))
            identifiers += [(identifier_key(*identifier), trace) for identifier in block.identifiers]
        self._next_span_block += len(rows)
        self._db.executemany("INSERT INTO span_block (id, trace, services, data) VALUES (?, ?, ?, ?)", rows)
        self._db.executemany("INSERT OR IGNORE INTO identifier (key, trace) VALUES (?, ?)", identifiers)
        self._run("span", first, self._next_span_block - 1, batch.span_ids)

    def _logs(self, batch: Batch, traces: dict[bytes, int]) -> None:
        first = self._next_log_block
        rows, identifiers, loose = [], [], []
        for number, block in enumerate(batch.logs, start=first):
            trace = traces[block.trace_id] if block.trace_id else None
            (service,) = block.services
            data = self._log.compress(b"".join(block.parts))
            rows.append((number, trace, self._service(service), block.severity, block.first, block.last, data))
            if trace is None:
                loose += [(identifier_key(*identifier), number) for identifier in block.identifiers]
            else:
                identifiers += [(identifier_key(*identifier), trace) for identifier in block.identifiers]
        self._next_log_block += len(rows)
        self._db.executemany(
            "INSERT INTO log_block (id, trace, service, severity, first, last, data) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )
        self._db.executemany("INSERT OR IGNORE INTO identifier (key, trace) VALUES (?, ?)", identifiers)
        self._db.executemany("INSERT OR IGNORE INTO loose_identifier (key, block) VALUES (?, ?)", loose)
        if batch.span_ids:
            self._run("log", first, self._next_log_block - 1, batch.span_ids)

    def _run(self, signal: str, first: int, last: int, span_ids: bytes) -> None:
        self._db.execute(
            f"INSERT INTO {signal}_run (first_block, last_block, ids) VALUES (?, ?, ?)",  # noqa: S608 - "span" or "log"
            (first, last, span_ids),
        )

    def _metrics(self, batch: Batch) -> None:
        self._db.executemany(
            "INSERT INTO metric_block (service, first, last, points, names, data) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (self._service(b.service), b.first, b.last, b.points, b.names, self._metric.compress(b.data))
                for b in batch.metrics
            ],
        )

    def _arrivals(self, batches: list[Batch], now_ns: int) -> None:
        merged: dict[str, Tally] = {}
        for batch in batches:
            for service, tally in batch.tallies.items():
                total = merged.setdefault(service, Tally())
                total.spans += tally.spans
                total.error_spans += tally.error_spans
                total.logs += tally.logs
                total.points += tally.points
        minute = now_ns // MINUTE_NS
        self._db.executemany(
            _ADD_ARRIVAL,
            [
                (minute, self._service(name), t.spans, t.error_spans, t.logs, t.points, now_ns)
                for name, t in merged.items()
                if t.spans or t.logs or t.points
            ],
        )


def _merged(blocks: Iterable[Block]) -> dict[bytes, list[int]]:
    """First time, last time, items and errors of each trace."""
    merged: dict[bytes, list[int]] = {}
    for block in blocks:
        sums = merged.get(block.trace_id)
        if sums is None:
            merged[block.trace_id] = [block.first, block.last, block.items, block.errors]
        else:
            sums[0] = min(sums[0], block.first)
            sums[1] = max(sums[1], block.last)
            sums[2] += block.items
            sums[3] += block.errors
    return merged
