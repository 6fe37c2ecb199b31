"""OTLP in, over HTTP and gRPC, to the OTLP specification 1.x. An export is acknowledged once it is committed."""
