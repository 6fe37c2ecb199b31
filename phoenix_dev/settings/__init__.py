"""What can be set, and where each value came from: flag, PHOENIX_DEV_* variable, phoenix-dev.yaml, default."""

from __future__ import annotations

from phoenix_dev.settings.keys import KEYS, Key
from phoenix_dev.settings.resolve import load
from phoenix_dev.settings.values import (
    Alerts,
    CheckEntry,
    Email,
    Images,
    Logs,
    Origin,
    Ports,
    Retention,
    RunEntry,
    ServiceEntry,
    Settings,
    ThresholdEntry,
)

__all__ = [
    "KEYS",
    "Alerts",
    "CheckEntry",
    "Email",
    "Images",
    "Key",
    "Logs",
    "Origin",
    "Ports",
    "Retention",
    "RunEntry",
    "ServiceEntry",
    "Settings",
    "ThresholdEntry",
    "load",
]
