"""How much memory the engine takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.usage import MB, importing_takes

if TYPE_CHECKING:
    from benchmarks.bench import Bench

#: What the engine is made of.
ENGINE_LIBRARIES = (
    "sqlite3, zstandard, uvicorn, uvicorn.protocols.http.httptools_impl, grpc.aio, "
    "google.rpc.status_pb2, google.rpc.error_details_pb2, "
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2, "
    "opentelemetry.proto.collector.logs.v1.logs_service_pb2, "
    "opentelemetry.proto.collector.metrics.v1.metrics_service_pb2"
)
_LIMIT = "a bare interpreter that has imported the engine's libraries"


def memory(bench: Bench) -> tuple[Figure, ...]:
    """Right after `up`, and the most during the load of large batches."""
    run = bench.ingest
    limit = importing_takes(ENGINE_LIBRARIES) / MB
    return (
        Figure("memory idle, resident", run.idle_resident / MB, "MB", 60, "lower", _LIMIT, limit),
        Figure("memory idle, its own", run.idle_own / MB, "MB"),
        Figure("memory under that load, most", run.peak_resident / MB, "MB", 100, "lower", _LIMIT, limit),
    )
