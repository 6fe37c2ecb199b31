"""Blocks → model: the way back from what blocks.py and compression.py made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.model.otlp import logs_of, points_of, spans_of

if TYPE_CHECKING:
    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.model.span import Span
    from phoenix_dev.telemetry.database import ReadConnection


class BlockReader:
    """Opens the blocks of a store. Every method raises PhoenixDevError when the block is damaged.

    Dictionaries are read when the first block names them.
    """

    def __init__(self, db: ReadConnection) -> None:
        self._db = db
        self._decompressors: dict[tuple[object, int], zstandard.ZstdDecompressor] = {}

    def spans(self, data: object) -> list[Span]:
        """The spans of a block."""
        from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

        return list(spans_of(TracesData.FromString(self._unpacked(data))))

    def logs(self, data: object) -> list[LogRecord]:
        """The log records of a block."""
        from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

        return list(logs_of(LogsData.FromString(self._unpacked(data))))

    def points(self, data: object) -> list[MetricPoint]:
        """The metric points of a block."""
        from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

        return list(points_of(MetricsData.FromString(self._unpacked(data))))

    def _unpacked(self, data: object) -> bytes:
        assert isinstance(data, bytes), "the column of a block holds bytes"
        try:
            return self._decompressor(zstandard.get_frame_parameters(data).dict_id).decompress(data)
        except zstandard.ZstdError as exc:
            raise PhoenixDevError(
                f"a block of the store {self._db.path} is damaged: {exc}", hint="phoenix-dev status"
            ) from exc

    def _decompressor(self, dictionary: int) -> zstandard.ZstdDecompressor:
        key = (self._db.identity, dictionary)
        if key not in self._decompressors:
            rows = self._db.rows("SELECT data FROM dictionary WHERE id = ?", (dictionary,)) if dictionary else []
            known = [zstandard.ZstdCompressionDict(data) for (data,) in rows if isinstance(data, bytes)]
            self._decompressors[key] = zstandard.ZstdDecompressor(dict_data=known[0] if known else None)
        return self._decompressors[key]
