"""The values of the variables in compose.yaml that settings and ports give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from phoenix_dev import __version__
from phoenix_dev.runtime.compose.parts import PARTS
from phoenix_dev.scraping.targets import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_dev.settings import Settings

_HOUR_NS = 3600 * 10**9


def variables_of(settings: Settings, ports: Mapping[str, int]) -> Mapping[str, str]:
    """The variables, and the value of each; `ports` are those that were chosen, by name."""
    keep = settings.retention
    numbers = {port.variable: str(ports[port.name]) for part in PARTS for port in part.ports if port.name in ports}
    return {
        "PHOENIX_DEV_PROJECT": settings.project,
        "PHOENIX_DEV_VERSION": __version__,
        "PHOENIX_DEV_REGISTRY": settings.images.registry,
        "PHOENIX_PROFILE": settings.profile,
        "PHOENIX_CRITICAL_SERVICES": _listed(settings.critical_services),
        # Beside the folder that compose runs from: who is scraped changes while it runs.
        "PHOENIX_DEV_TARGETS": f"../../{FOLDER}",
        "PHOENIX_RETENTION_TRACES": _hours(keep.age_ns("traces")),
        "PHOENIX_RETENTION_ERROR_TRACES": _hours(keep.age_ns("error_traces")),
        "PHOENIX_RETENTION_LOGS": _hours(keep.age_ns("logs")),
        "PHOENIX_RETENTION_METRICS": _hours(keep.age_ns("metrics")),
        "PHOENIX_RETENTION_METRICS_SIZE": f"{keep.size_bytes}B",
        **numbers,
    }


def _listed(texts: Sequence[str]) -> str:
    """As a list of YAML, between the quotes of a file of variables."""
    quoted = json.dumps(texts).replace("'", "\\u0027")
    return f"'{quoted}'"


def _hours(ns: int) -> str:
    """An age in the unit that all parts understand."""
    return f"{ns // _HOUR_NS}h"
