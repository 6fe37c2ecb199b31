"""Traces, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.usecases.find_request import bearers

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.traces import TracePage, TraceQuery


def list_traces(stores: Stores, query: TraceQuery, correlation: str | None = None) -> TracePage:
    """The traces that match; with `correlation` only those that bear that correlation ID, however old."""
    if correlation is None:
        return stores.traces.search(query)
    found = bearers(stores, "correlation", correlation)
    return stores.traces.search(replace(query, trace_ids=frozenset(found.trace_ids)))
