"""What can be set, and where each value came from: flag, PHOENIX_DEV_* variable, phoenix-dev.yaml, default."""

from __future__ import annotations

from phoenix_dev.settings.keys import KEYS, Key
from phoenix_dev.settings.resolve import load
from phoenix_dev.settings.values import (
    Alerts,
    Email,
    Images,
    Logs,
    Origin,
    Ports,
    Retention,
    RunEntry,
    ServiceEntry,
    Settings,
)

__all__ = [
    "KEYS",
    "Alerts",
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
    "load",
]
