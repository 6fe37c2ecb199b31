"""A clock for ages that no jump of the machine's clock moves forward."""

from __future__ import annotations

import time

#: Counts while the machine sleeps too, where the system has such a clock (Linux; macOS' monotonic clock does).
_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SteadyClock:
    """The time since this object was made, added to what the machine's clock said then."""

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.clock_gettime_ns(_SINCE_BOOT)

    def now_ns(self) -> int:
        """Unix nanoseconds: never later than the machine's clock says, nor than it would say had it not been set."""
        return min(time.time_ns(), self._steady())

    def ahead_ns(self) -> int:
        """How far the machine's clock was set forward since this object was made; negative: back."""
        return time.time_ns() - self._steady()

    def _steady(self) -> int:
        return self._offset + time.clock_gettime_ns(_SINCE_BOOT)
