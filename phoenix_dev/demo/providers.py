"""The OpenTelemetry SDK of one service process, set up by the variables of `phoenix-dev env`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from phoenix_dev import __version__
from phoenix_dev.demo.identity import IdentityLogProcessor, IdentitySpanProcessor
from phoenix_dev.demo.journal import Journal, JsonLines

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.trace import Tracer

_SCOPE = "phoenix_dev.demo"


class Telemetry:
    """Tracer, meter and journal of one service, and what sends them.

    Nothing is registered globally: what a service emits is what its own code says, nothing a library adds behind its
    back.
    """

    def __init__(self, service: str, instance: str, lines: JsonLines) -> None:
        resource = Resource.create(
            {
                "service.name": service,
                "service.namespace": "phoenix",
                "service.version": __version__,
                "service.instance.id": instance,
            }
        )
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._traces.add_span_processor(IdentitySpanProcessor())
        self._traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
        for processor in (IdentityLogProcessor(), lines):
            self._logs.add_log_record_processor(processor)
        # As the specification has it ("Exporter Selection"): the lines are then all there is, and are read as a file.
        if os.environ.get("OTEL_LOGS_EXPORTER") != "none":
            self._logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
        self._read = InMemoryMetricReader()
        readers = [self._read, PeriodicExportingMetricReader(OTLPMetricExporter())]
        self._metrics = MeterProvider(metric_readers=readers, resource=resource, shutdown_on_exit=False)
        self.tracer: Tracer = self._traces.get_tracer(_SCOPE, __version__)
        self.meter: Meter = self._metrics.get_meter(_SCOPE, __version__)
        self.journal = Journal(self._logs.get_logger(_SCOPE, __version__))

    def metrics_now(self) -> MetricsData | None:
        """The metrics as they are at this moment: the very values that OTLP sends."""
        return self._read.get_metrics_data()

    def flush(self) -> bool:
        """Send everything that has ended so far; returns after the receiver has answered.

        False when a part was given up.
        """
        parts = (self._traces.force_flush(), self._logs.force_flush(), self._metrics.force_flush())
        return all(parts)

    def shutdown(self) -> None:
        """Send the rest and stop."""
        self._traces.shutdown()
        self._logs.shutdown()
        self._metrics.shutdown()
