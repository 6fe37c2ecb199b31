"""An application that knows nothing of phoenix-dev: the plain OpenTelemetry SDK, configured by its standard variables.

`python application.py COUNT` prints for each of its requests its IDs and what it sent, one JSON object a line.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import uuid
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # type: ignore[assignment]
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Send, flush, print."""
    resource = Resource.create()
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    loggers = LoggerProvider(resource=resource)
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    log = logging.getLogger("things")
    log.setLevel(logging.DEBUG)
    log.addHandler(LoggingHandler(logger_provider=loggers))
    told = [request(tracers.get_tracer("things"), log, number) for number in range(int(sys.argv[1]))]
    tracers.shutdown()
    loggers.shutdown()
    for line in told:
        print(json.dumps(line))


def request(tracer: trace.Tracer, log: logging.Logger, number: int) -> dict[str, object]:
    """One request: a server span, some children, a failure in every third."""
    ids = {"correlation_id": f"python-{uuid.uuid4()}", "request_id": str(uuid.uuid4())}
    with tracer.start_as_current_span("GET /things", kind=trace.SpanKind.SERVER, attributes=ids) as server:
        log.info("thing %d wanted", number, extra=ids)
        for child in range(number % 4):
            with tracer.start_as_current_span(f"step {child}", attributes=ids):
                log.debug("step %d", child)
        if number % 3 == 0:
            server.set_status(trace.StatusCode.ERROR, "no such thing")
            log.error("no thing %d", number, extra=ids)
        context = server.get_span_context()
    return {
        **ids,
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "traceparent": f"00-{context.trace_id:032x}-{context.span_id:016x}-01",
        "spans": [["server", "GET /things"], *(["internal", f"step {child}"] for child in range(number % 4))],
        "logs": list(logs(number)),
        "error": number % 3 == 0,
    }


def logs(number: int) -> Iterator[list[str]]:
    """Level and message of what a request logs."""
    yield ["INFO", f"thing {number} wanted"]
    yield from (["DEBUG", f"step {child}"] for child in range(number % 4))
    if number % 3 == 0:
        yield ["ERROR", f"no thing {number}"]


if __name__ == "__main__":
    main()
