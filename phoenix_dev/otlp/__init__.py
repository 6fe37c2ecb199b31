"""OTLP/JSON → OTLP protobuf, for whoever is sent it (receiver/) and whoever is answered in it (backends/)."""
