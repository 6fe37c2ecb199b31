"""The names of the engine's files in a state folder."""

from __future__ import annotations

LOCK = "engine.lock"
DATABASE = "telemetry.db"
