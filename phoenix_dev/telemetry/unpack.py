"""Blocks → model: the way back from what blocks.py wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.model.otlp import logs_of, points_of, spans_of

if TYPE_CHECKING:
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.model.span import Span


def unpack_spans(data: bytes) -> list[Span]:
    """The spans of a block. Raises PhoenixDevError when the block is damaged, like its siblings below."""
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    return list(spans_of(TracesData.FromString(_unpack(data))))


def unpack_logs(data: bytes) -> list[LogRecord]:
    """The log records of a block."""
    from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

    return list(logs_of(LogsData.FromString(_unpack(data))))


def unpack_points(data: bytes) -> list[MetricPoint]:
    """The metric points of a block."""
    from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

    return list(points_of(MetricsData.FromString(_unpack(data))))


def _unpack(data: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as exc:
        raise PhoenixDevError(f"a block of the store is damaged: {exc}", hint="phoenix-dev status") from exc
