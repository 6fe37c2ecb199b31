"""Who used the system lately: a number, since a metric with a label for each user would grow with them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds that a user counts as active after a request, and how many are told apart.
ACTIVE_S = 300.0
_MOST = 10_000


class RecentUsers:
    """The users of the last minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def saw(self, user: str) -> None:
        """A user sent a request."""
        with self._lock:
            self._last.pop(user, None)
            self._last[user] = self._clock()
            if len(self._last) > _MOST:
                self._last.popitem(last=False)

    def count(self) -> int:
        """How many different ones there were."""
        oldest = self._clock() - ACTIVE_S
        with self._lock:
            while self._last and next(iter(self._last.values())) < oldest:
                self._last.popitem(last=False)
            return len(self._last)
