"""Blocks → model: the way back from what blocks.py and compression.py made."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import zstandard
from google.protobuf.message import DecodeError

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.model.otlp import lines_of, logs_of, points_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.log import LogLine, LogRecord
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.model.span import Span
    from phoenix_dev.telemetry.database import ReadConnection


class BlockReader:
    """Opens the blocks of a store: `unpacked` gives the OTLP protobuf of a row, the others what is in it.

    Every method raises PhoenixDevError when the block is damaged. A dictionary is read when the first block names it.
    """

    def __init__(self, db: ReadConnection) -> None:
        self._db = db
        self._decompressors: dict[tuple[object, int], zstandard.ZstdDecompressor] = {}

    def unpacked(self, data: object) -> bytes:
        """The column `data` of a block, decompressed."""
        assert isinstance(data, bytes), "the column of a block holds bytes"
        with self._damage():
            return self._decompressor(zstandard.get_frame_parameters(data).dict_id).decompress(data)

    def spans(self, block: bytes) -> list[Span]:
        """The spans of a block."""
        from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

        with self._damage():
            return list(spans_of(TracesData.FromString(block)))

    def logs(self, block: bytes) -> list[LogRecord]:
        """The log records of a block."""
        from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

        with self._damage():
            return list(logs_of(LogsData.FromString(block)))

    def lines(self, block: bytes, service: str) -> list[LogLine]:
        """The same as lines; of a block it is known whose it is."""
        from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

        with self._damage():
            return list(lines_of(LogsData.FromString(block), service))

    def points(self, block: bytes) -> list[MetricPoint]:
        """The metric points of a block."""
        from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

        with self._damage():
            return list(points_of(MetricsData.FromString(block)))

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except (zstandard.ZstdError, DecodeError) as exc:
            raise PhoenixDevError(
                f"the store {self._db.path} holds a damaged block: {exc}",
                hint="phoenix-dev down --data && phoenix-dev up",
            ) from exc

    def _decompressor(self, dictionary: int) -> zstandard.ZstdDecompressor:
        key = (self._db.identity, dictionary)
        if key not in self._decompressors:
            rows = self._db.rows("SELECT data FROM dictionary WHERE id = ?", (dictionary,)) if dictionary else []
            known = [zstandard.ZstdCompressionDict(data) for (data,) in rows if isinstance(data, bytes)]
            self._decompressors[key] = zstandard.ZstdDecompressor(dict_data=known[0] if known else None)
        return self._decompressors[key]
