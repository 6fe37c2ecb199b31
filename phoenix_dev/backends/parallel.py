"""Several questions at once: what takes long is the waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")

_MOST_AT_ONCE = 8


def each(ask: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The answers in the order of the items. Raises what the first that failed raised."""
    if len(items) < 2:
        return [ask(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(items))) as threads:
        return list(threads.map(ask, items))
