"""Loki's entries → log records.

Loki keeps one flat map of texts beside a line: IDs, severity, attributes, and what of the resource is no label, dots
made `_`. What it or the collector adds of its own is taken off; what stands under a key of the resource's semantic
conventions is given back to the resource.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.backends.kept import UNNAMED
from phoenix_dev.model.identifier import CORRELATION_KEYS, REQUEST_KEYS
from phoenix_dev.model.log import LogLine, LogRecord
from phoenix_dev.model.otlp import UNKNOWN_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phoenix_dev.backends.loki.client import Entry

#: Fields of the record itself, and what was made up on the way (`late` labels the collector's streams of late logs).
_NOT_ATTRIBUTES = frozenset(
    {
        "trace_id",
        "span_id",
        "flags",
        "severity_number",
        "severity_text",
        "observed_timestamp",
        "detected_level",
        "scope_name",
        "scope_version",
        "late",
    }
)
_OF_THE_RESOURCE = (
    "service_",
    "deployment_environment",
    "telemetry_sdk_",
    "telemetry_distro_",
    "host_",
    "os_",
    "process_",
    "container_",
    "k8s_",
    "cloud_",
)
_NOT_IN_A_LABEL = re.compile("[^a-zA-Z0-9_]")


def folded(key: str) -> str:
    """An attribute's key as Loki keeps it."""
    return _NOT_IN_A_LABEL.sub("_", key)


_CORRELATION = tuple(dict.fromkeys(map(folded, CORRELATION_KEYS)))
_REQUEST = tuple(dict.fromkeys(map(folded, REQUEST_KEYS)))


def record_of(entry: Entry) -> LogRecord:
    """One entry as a record."""
    kept = entry.metadata
    attributes, resource = _parted(kept)
    labels = {key: value for key, value in entry.labels.items() if key not in _NOT_ATTRIBUTES}
    return LogRecord(
        time_ns=entry.time_ns,
        severity_number=_severity(kept.get("severity_number", "")),
        service=_service(entry),
        message=entry.line,
        trace_id=_hex(kept.get("trace_id", ""), 32),
        span_id=_hex(kept.get("span_id", ""), 16),
        correlation_id=_first(kept, _CORRELATION),
        request_id=_first(kept, _REQUEST),
        attributes=attributes,
        resource={**labels, **resource},
        scope=kept.get("scope_name", ""),
    )


def line_of(entry: Entry) -> LogLine:
    """One entry as a line."""
    kept = entry.metadata
    severity = _severity(kept.get("severity_number", ""))
    return LogLine(entry.time_ns, _service(entry), severity, entry.line, _hex(kept.get("trace_id", ""), 32))


def _service(entry: Entry) -> str:
    name = entry.labels.get("service_name", UNNAMED)
    return UNKNOWN_SERVICE if name in ("", UNNAMED) else name


def _parted(kept: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    attributes: dict[str, str] = {}
    resource: dict[str, str] = {}
    for key, value in kept.items():
        if key not in _NOT_ATTRIBUTES:
            (resource if key.startswith(_OF_THE_RESOURCE) else attributes)[key] = value
    return attributes, resource


def _severity(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
    return number if number <= 24 else 0


def _hex(text: str, digits: int) -> str:
    """An ID as it should be; of what is none, and of zeros, nothing."""
    plain = text.lower()
    is_id = len(plain) == digits and not plain.strip("0123456789abcdef") and plain.strip("0")
    return plain if is_id else ""


def _first(kept: Mapping[str, str], keys: Iterable[str]) -> str:
    return next((value for key in keys if (value := kept.get(key))), "")
