"""What services tell in Prometheus' formats at /health/metrics, as OTLP metrics in the stack (R17)."""
