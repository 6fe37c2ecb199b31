"""Looking again until something is there, or the time is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
#: Between two looks (seconds).
_LOOK_S = 0.25


def until(deadline: float, look: Callable[[], _T], every_s: float = _LOOK_S) -> _T:
    """What `look` gives once that is something, or what it gave last before a time (`time.monotonic`)."""
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(every_s)
    return found
