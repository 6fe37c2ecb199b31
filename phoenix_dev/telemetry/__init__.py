"""The embedded store: telemetry in one SQLite file. One process writes (writer.py), any number read (reader.py)."""
