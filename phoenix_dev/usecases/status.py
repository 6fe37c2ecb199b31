"""`status`: what runs, and what arrived there lately."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.refusal import Refusal
    from phoenix_dev.model.stack import StackStatus
    from phoenix_dev.runtime.protocol import Runtime
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.services import ServiceStore

LATELY_NS = 3600 * 10**9
_DAY_NS = 24 * LATELY_NS


def stack_status(runtime: Runtime, open_stores: Callable[[], Stores], now_ns: int) -> StackStatus:
    """The stack now, with what each service sent in the last hour and what was dropped on the way to the stores.

    A store that cannot be read makes it degraded.
    """
    status = runtime.status()
    if not status.data.path or (status.state == "stopped" and not runtime.readable_when_stopped):
        return status
    try:
        services = open_stores().services
    except NotReady as error:
        return _unreadable(status, error)
    status = replace(status, refused=(*status.refused, *_dropped(services, status.since_ns or 0)))
    try:
        data = replace(status.data, oldest_ns=services.oldest_ns(), removed=services.removed(now_ns - _DAY_NS))
        return replace(status, data=data, received=services.activity(now_ns - LATELY_NS))
    except NotReady as error:
        return _unreadable(status, error)


def _dropped(services: ServiceStore, since_ns: int) -> tuple[Refusal, ...]:
    """Who does not answer knows of nothing; that he does not is said elsewhere."""
    try:
        return services.dropped(since_ns)
    except NotReady:
        return ()


def _unreadable(status: StackStatus, error: NotReady) -> StackStatus:
    from phoenix_dev.model.stack import Component

    store = Component("store", "stopped", "unhealthy", detail=error.message)
    state = "degraded" if status.state == "running" else status.state
    return replace(status, state=state, components=(*status.components, store))
