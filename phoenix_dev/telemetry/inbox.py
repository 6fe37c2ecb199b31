"""The door of the store, as the receiver sees it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    ExportRequest = ExportTraceServiceRequest | ExportLogsServiceRequest | ExportMetricsServiceRequest


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an export once it is on disk: items kept, items refused for good, and why (empty for none)."""

    accepted: int
    rejected: int = 0
    reason: str = ""


class Overloaded(Exception):
    """The store cannot take more right now; `retry_after` is in seconds. The sender keeps the data and tries again."""

    def __init__(self, retry_after: float, reason: str) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.reason = reason


class Inbox(Protocol):
    """Takes decoded exports and says when they are on disk."""

    def submit(
        self, export: ExportRequest, size: int, positions: Mapping[str, str] = MappingProxyType({})
    ) -> Future[Accepted]:
        """Queue an export of `size` bytes (uncompressed protobuf). The future resolves after the commit, never before.

        `positions` says how far each source has been read with this export; they are kept in the same commit.

        Raises Overloaded at once when the queue is full or the store is closing. The future raises Overloaded when the
        store could not commit (disk full, for instance): nothing of the export is then kept. The request must not be
        touched by the caller afterwards.
        """
        ...
