"""Exports → blocks: what is kept is the spans (or logs) of one trace in one export, as OTLP protobuf with resource and
scope.

This is the hot path of ingest: a span is serialised once and its attributes are looked at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.model.identifier import KIND_OF_KEY, id_text
from phoenix_dev.model.otlp import service_of, value_of
from phoenix_dev.telemetry import wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
    from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

    from phoenix_dev.model.identifier import IdKind

_LAST_TIME = 2**63 - 1
_NO_TRACE = bytes(16)
_NO_SPAN = bytes(8)
_STATUS_ERROR = 2
_INVALID_IDS = "has no valid trace ID (16 bytes) and span ID (8 bytes), not all zero"


@dataclass(slots=True)
class Tally:
    """What one service sent in one export."""

    spans: int = 0
    error_spans: int = 0
    logs: int = 0
    points: int = 0


@dataclass(slots=True)
class Block:
    """Spans or logs of one trace (logs: or of none, `trace_id` empty) in one export, ready to be written."""

    trace_id: bytes
    first: int
    last: int
    items: int = 0
    errors: int = 0
    severity: int = 0
    services: set[str] = field(default_factory=set)
    identifiers: set[tuple[IdKind, str]] = field(default_factory=set)
    parts: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class MetricBlock:
    """The metric points of one resource in one export."""

    service: str
    first: int
    last: int
    points: int
    names: str
    data: bytes


@dataclass(slots=True)
class Batch:
    """One export in blocks.

    `span_ids` holds the IDs of its spans, 8 bytes each (for logs: those that its records bear).
    """

    spans: list[Block] = field(default_factory=list)
    logs: list[Block] = field(default_factory=list)
    metrics: list[MetricBlock] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    span_ids: bytes = b""
    accepted: int = 0
    rejected: int = 0
    reason: str = ""

    def tally(self, service: str) -> Tally:
        """The counts of a service, made on first use."""
        return self.tallies.setdefault(service, Tally())


def _identifiers_in(attributes: Iterable[KeyValue], found: set[tuple[IdKind, str]]) -> None:
    for pair in attributes:
        kind = KIND_OF_KEY.get(pair.key)
        if kind is not None and (text := pair.value.string_value or id_text(value_of(pair.value))):
            found.add((kind, text))


def trace_batch(export: ExportTraceServiceRequest) -> Batch:
    """The spans of an export by trace.

    Spans without a valid trace ID and span ID are rejected (trace.proto: both are required).
    """
    batch = Batch()
    blocks: dict[bytes, Block] = {}
    span_ids: list[bytes] = []
    for group in export.resource_spans:
        service = service_of(group.resource)
        tally = batch.tally(service)
        resource_head = wire.head(group.resource.SerializeToString(), group.schema_url)
        for scoped in group.scope_spans:
            scope_head = wire.head(scoped.scope.SerializeToString(), scoped.schema_url)
            for trace_id, spans in _spans_by_trace(scoped, batch, span_ids).items():
                block = blocks.get(trace_id)
                if block is None:
                    block = blocks[trace_id] = Block(trace_id, _LAST_TIME, 0)
                errors = block.errors
                serialised = _add_spans(block, spans)
                block.services.add(service)
                block.parts.append(wire.resource_group(resource_head, scope_head, wire.items(serialised)))
                tally.spans += len(spans)
                tally.error_spans += block.errors - errors
    batch.spans = list(blocks.values())
    batch.accepted = len(span_ids)
    batch.span_ids = b"".join(span_ids)
    return batch


def _spans_by_trace(scoped: ScopeSpans, batch: Batch, span_ids: list[bytes]) -> dict[bytes, list[Span]]:
    by_trace: dict[bytes, list[Span]] = {}
    for span in scoped.spans:
        trace_id, span_id = span.trace_id, span.span_id
        if len(trace_id) != 16 or len(span_id) != 8 or trace_id == _NO_TRACE or span_id == _NO_SPAN:
            if not batch.rejected:
                batch.reason = f"span {span.name[:80]!r} {_INVALID_IDS}"
            batch.rejected += 1
            continue
        span_ids.append(span_id)
        found = by_trace.get(trace_id)
        if found is None:
            by_trace[trace_id] = [span]
        else:
            found.append(span)
    return by_trace


def _add_spans(block: Block, spans: list[Span]) -> list[bytes]:
    """Count spans into their block and return them serialised."""
    first, last, identifiers = block.first, block.last, block.identifiers
    serialised = []
    for span in spans:
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        if start < first:
            first = start
        if end > last:
            last = end
        if span.status.code == _STATUS_ERROR:
            block.errors += 1
        _identifiers_in(span.attributes, identifiers)
        serialised.append(span.SerializeToString())
    block.items += len(spans)
    block.first, block.last = first, min(max(last, first), _LAST_TIME)
    return serialised


def log_batch(export: ExportLogsServiceRequest) -> Batch:
    """The log records of an export by trace; those without a valid trace ID by service."""
    batch = Batch()
    blocks: dict[tuple[bytes, str], Block] = {}
    span_ids: set[bytes] = set()
    for group in export.resource_logs:
        service = service_of(group.resource)
        resource_head = wire.head(group.resource.SerializeToString(), group.schema_url)
        for scoped in group.scope_logs:
            scope_head = wire.head(scoped.scope.SerializeToString(), scoped.schema_url)
            by_trace: dict[bytes, list[LogRecord]] = {}
            for record in scoped.log_records:
                trace_id = record.trace_id
                valid = len(trace_id) == 16 and trace_id != _NO_TRACE
                by_trace.setdefault(trace_id if valid else b"", []).append(record)
            for trace_id, records in by_trace.items():
                block = blocks.get((trace_id, service))
                if block is None:
                    block = blocks[trace_id, service] = Block(trace_id, _LAST_TIME, 0, services={service})
                serialised = _add_records(block, records, span_ids)
                block.parts.append(wire.resource_group(resource_head, scope_head, wire.items(serialised)))
                batch.accepted += len(records)
                batch.tally(service).logs += len(records)
    batch.logs = list(blocks.values())
    batch.span_ids = b"".join(span_ids)
    return batch


def _add_records(block: Block, records: list[LogRecord], span_ids: set[bytes]) -> list[bytes]:
    """Count log records into their block and return them serialised."""
    serialised = []
    for record in records:
        time = min(record.time_unix_nano or record.observed_time_unix_nano, _LAST_TIME)
        block.first = min(block.first, time)
        block.last = max(block.last, time)
        block.severity = max(block.severity, min(record.severity_number, 24))
        _identifiers_in(record.attributes, block.identifiers)
        if record.body.HasField("kvlist_value"):
            _identifiers_in(record.body.kvlist_value.values, block.identifiers)
        if block.trace_id and len(record.span_id) == 8 and record.span_id != _NO_SPAN:
            span_ids.add(record.span_id)
        serialised.append(record.SerializeToString())
    block.items += len(records)
    return serialised


def metric_batch(export: ExportMetricsServiceRequest) -> Batch:
    """The metric points of an export by resource.

    Metrics without a point of a known kind are dropped silently: they carry nothing.
    """
    batch = Batch()
    for group in export.resource_metrics:
        service = service_of(group.resource)
        resource_head = wire.head(group.resource.SerializeToString(), group.schema_url)
        parts, names, times, points = [], set(), [], 0
        for scoped in group.scope_metrics:
            scope_head = wire.head(scoped.scope.SerializeToString(), scoped.schema_url)
            metrics = [(metric, point_times) for metric in scoped.metrics if (point_times := _point_times(metric))]
            if not metrics:
                continue
            parts.append(
                wire.resource_group(resource_head, scope_head, wire.items(m.SerializeToString() for m, _ in metrics))
            )
            for metric, point_times in metrics:
                names.add(metric.name)
                times += [min(point_times), max(point_times)]
                points += len(point_times)
        if parts:
            first, last = min(times), max(times)
            batch.metrics.append(MetricBlock(service, first, last, points, "\n".join(sorted(names)), b"".join(parts)))
            batch.tally(service).points += points
            batch.accepted += points
    return batch


def _point_times(metric: Metric) -> list[int]:
    kind = metric.WhichOneof("data")
    if kind is None:
        return []
    return [min(point.time_unix_nano, _LAST_TIME) for point in getattr(metric, kind).data_points]
