"""How many spans a second are acknowledged, committed, and readable afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.ingest_run import run_ingest

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_HTTP_LIMIT = "same exports, same sender, to uvicorn that reads them and answers 200"
_GRPC_LIMIT = "same exports, same sender, to grpc.aio that reads them and answers"


def over_http(bench: Bench) -> tuple[Figure, ...]:
    """Batches of 500 spans over 4 connections."""
    run = bench.ingest
    limit = run.rates.limit_spans
    return (
        Figure("ingest, OTLP/HTTP", run.rates.spans, "spans/s", 50_000, "higher", _HTTP_LIMIT, limit),
        Figure("its last round, largest store", run.last_spans, "spans/s", 50_000, "higher", _HTTP_LIMIT, limit),
        Figure("processors had by others, and by what watches beside it", max(0.0, run.others_cores), "cores"),
        Figure("its processor time", run.processor_s / run.spans * 1e6, "µs/span"),
    )


def over_http_gzip(bench: Bench) -> tuple[Figure, ...]:
    """The same, compressed."""
    bench.say("ingest: the same, gzip")
    rates = run_ingest(bench.home("gzip"), rounds=bench.few(3), traces=bench.few(10_000), transport="http gzip").rates
    return (Figure("ingest, OTLP/HTTP, gzip", rates.spans, "spans/s", None, "higher", _HTTP_LIMIT, rates.limit_spans),)


def over_grpc(bench: Bench) -> tuple[Figure, ...]:
    """The same over 4 channels."""
    bench.say("ingest: the same over OTLP/gRPC")
    rates = run_ingest(bench.home("grpc"), rounds=bench.few(3), traces=bench.few(10_000), transport="grpc").rates
    return (Figure("ingest, OTLP/gRPC", rates.spans, "spans/s", None, "higher", _GRPC_LIMIT, rates.limit_spans),)


def small_exports(bench: Bench) -> tuple[Figure, ...]:
    """What six services under light load send: exports of five spans, a connection for each service."""
    bench.say("ingest: small exports of six services")
    rates = run_ingest(
        bench.home("small"), rounds=bench.few(3), traces=bench.few(1_000), shape="small", connections=6
    ).rates
    return (
        Figure(
            "ingest, 5 spans an export", rates.exports, "exports/s", None, "higher", _HTTP_LIMIT, rates.limit_exports
        ),
        Figure("ingest, 5 spans an export", rates.spans, "spans/s", None, "higher", _HTTP_LIMIT, rates.limit_spans),
    )
