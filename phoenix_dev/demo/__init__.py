"""A small Phoenix system to try things on: six services as separate processes, instrumented with the OpenTelemetry SDK."""
