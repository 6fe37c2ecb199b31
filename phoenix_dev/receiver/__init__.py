"""OTLP in, over HTTP and gRPC, to the OTLP specification 1.x. Acknowledges an export after the store has committed it."""
