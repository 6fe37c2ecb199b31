"""Whether an ID leads back to exactly what an application sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotFound
from phoenix_dev.usecases.find_request import find_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.stores import Stores

IDS = ("trace_id", "traceparent", "correlation_id", "request_id", "span_id")


def sent(line: Mapping[str, Any]) -> dict[str, Any]:
    """What an application told of one request, in the shape of `returned`."""
    return {
        "traces": [line["trace_id"]],
        "services": {line["service"]},
        "spans": sorted(line["spans"]),
        "logs": sorted(line["logs"]),
        "errors": [line["error"]],
    }


def returned(stores: Stores, identifier: str) -> dict[str, Any] | None:
    """What an ID leads to; None when it leads nowhere."""
    try:
        found = find_request(stores, identifier)
    except NotFound:
        return None
    return {
        "traces": [trace.trace_id for trace in found.traces],
        "services": {service for trace in found.traces for service in trace.services},
        "spans": sorted([span.kind, span.name] for trace in found.traces for span in trace.spans),
        "logs": sorted([record.level, record.message] for record in found.all_logs),
        "errors": [trace.error for trace in found.traces],
    }
