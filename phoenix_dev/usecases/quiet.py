"""Waiting for a request that is still arriving, until it is whole as far as anyone can tell."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.model.request import Request
    from phoenix_dev.stores import Stores

#: A request is taken as whole when nothing was added to it for so long (SDKs export every 200 ms with the variables of
#: `env`).
QUIET_SECONDS = 0.5


def once_quiet(
    stores: Stores,
    find: Callable[[], Request | None],
    seconds: float,
    *,
    whole: Callable[[Request], bool] = lambda _: True,
) -> Request | None:
    """What `find` finds in the stores once nothing is added to it any more and it is `whole`; after so many seconds
    what is there. It is looked for as often as the stores stand to be asked.
    """
    deadline = time.monotonic() + seconds
    seen, quiet_since = -1, time.monotonic()
    while True:
        request = find()
        size = 0 if request is None else sum(len(t.spans) + len(t.logs) for t in request.traces) + len(request.logs)
        now = time.monotonic()
        if size != seen:
            seen, quiet_since = size, now
        if request is not None and now - quiet_since >= QUIET_SECONDS and whole(request):
            return request
        if now >= deadline:
            return request
        time.sleep(stores.logs.capabilities.poll_seconds)
