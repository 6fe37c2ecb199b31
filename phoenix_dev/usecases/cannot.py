"""What the stores declare that they cannot do, in words for whoever asks for just that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.traces import TraceQuery

#: A store that does not know any time knows no more than the last weeks (nanoseconds).
_WEEKS = 30 * 24 * 3600 * 10**9


def of_list(stores: Stores, query: TraceQuery) -> Iterator[str]:
    """For the list of traces."""
    can = stores.traces.capabilities
    if not can.unsampled:
        yield (
            "In the profile production one in ten of the requests in which all goes well is kept, and any but errors "
            "are here some seconds after their end."
        )
    if query.min_duration_ns is not None and not can.whole_trace_durations:
        yield "A minimum duration is compared with single spans here: a trace of many short spans is not found by it."
    if _is_far(query.since_ns) and not can.any_time:
        yield "Only traces of the last days or weeks are searched here, not of all time."
    if query.attributes and not can.attributes_as_sent:
        yield "Attributes are compared as this store keeps them: a key may have _ in place of a dot."


def of_trace(stores: Stores) -> Iterator[str]:
    """For a request."""
    if not stores.logs.capabilities.attributes_as_sent:
        yield "The attributes of logs are shown as this store keeps them: _ in place of dots, every value a text."
    if not stores.logs.capabilities.equal_records:
        yield "Log records that are the same in everything are kept once here."


def of_logs(stores: Stores, since_ns: int | None) -> Iterator[str]:
    """For a page of logs that goes on as they arrive."""
    yield from of_past_logs(stores, since_ns)
    yield from of_tail(stores)
    if not stores.logs.capabilities.equal_records:
        yield "Records that are the same in everything are kept once here."


def of_past_logs(stores: Stores, since_ns: int | None) -> Iterator[str]:
    """For a search in time; None stands for all of it."""
    if _is_far(since_ns or 0) and not stores.logs.capabilities.any_time:
        yield "Only logs of the last days or weeks are searched here, not of all time."


def of_tail(stores: Stores) -> Iterator[str]:
    """For logs as they arrive."""
    if not stores.logs.capabilities.any_time:
        yield "The tail shows records that arrive at most a minute after the time they bear."


def of_services(stores: Stores) -> Iterator[str]:
    """For the services."""
    if not stores.services.capabilities.at_once:
        yield "What arrived is counted some seconds later here."


def _is_far(since_ns: int) -> bool:
    return since_ns < time.time_ns() - _WEEKS
