"""A small cache: bounded, least recently used first out, with entries that stay."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Keeps at most `capacity` learned entries beside those it `starts_with`, which stay as they are."""

    def __init__(self, capacity: int, starts_with: Mapping[str, Value]) -> None:
        self._capacity = capacity
        self._known = dict(starts_with)
        self._learned: OrderedDict[str, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Value | None:
        """The entry, None when there is none."""
        with self._lock:
            if key in self._known:
                return self._known[key]
            if key in self._learned:
                self._learned.move_to_end(key)
                return self._learned[key]
            return None

    def put(self, key: str, value: Value) -> None:
        """Learn an entry, displacing the one that went longest without use."""
        with self._lock:
            if key in self._known:
                return
            self._learned[key] = value
            self._learned.move_to_end(key)
            if len(self._learned) > self._capacity:
                self._learned.popitem(last=False)

    def __len__(self) -> int:
        with self._lock:
            return len(self._known) + len(self._learned)
