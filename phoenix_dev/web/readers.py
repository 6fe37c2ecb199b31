"""Asks the stores on threads of their own, so that a slow answer holds up nobody else's page."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from phoenix_dev.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.stores import Stores

_Answer = TypeVar("_Answer")

_READERS = 3
#: Questions that may wait for a reader; who asks then is told to come again.
_MOST_WAITING = 24


class Readers:
    """Stores, opened once a thread: what reads SQLite may not be handed from one to another."""

    def __init__(self, open_stores: Callable[[], Stores]) -> None:
        self._open = open_stores
        self._own = threading.local()
        self._readers = ThreadPoolExecutor(_READERS, "reader")
        # One thread for all that follow, where a store remembers by itself what it has shown.
        self._follower = ThreadPoolExecutor(1, "follower")
        self._waiting = 0

    async def ask(self, question: Callable[[Stores], _Answer]) -> _Answer:
        """The answer to a question. Raises what the question raises, and NotReady when too many wait already."""
        return await self._on(self._readers, question)

    async def ask_following(self, question: Callable[[Stores], _Answer]) -> _Answer:
        """The answer of a thread whose cursors stay good from question to question."""
        return await self._on(self._readers if self._lasting_cursors else self._follower, question)

    @cached_property
    def _lasting_cursors(self) -> bool:
        return self._open().logs.capabilities.lasting_cursors

    async def _on(self, threads: ThreadPoolExecutor, question: Callable[[Stores], _Answer]) -> _Answer:
        if self._waiting >= _MOST_WAITING:
            raise NotReady("too many pages are being read at once", hint="close some of them, then reload this one")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, self._answer, question)
        finally:
            self._waiting -= 1

    def _answer(self, question: Callable[[Stores], _Answer]) -> _Answer:
        stores: Stores | None = getattr(self._own, "stores", None)
        if stores is None:
            stores = self._own.stores = self._open()
        return question(stores)
