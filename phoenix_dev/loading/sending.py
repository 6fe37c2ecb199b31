"""Sends the requests of a plan, each when it is due, whatever has become of those before it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.asking.own_span import send_own_spans
from phoenix_dev.loading.arrivals import arrivals
from phoenix_dev.loading.connections import Broken, Connections, wire_of
from phoenix_dev.model.exchange import Answer
from phoenix_dev.model.load import Attempt, Fired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoenix_dev.model.exchange import Outgoing
    from phoenix_dev.model.load import LoadPlan

#: Connections at a time; beyond that a request waits, and its user's time with it.
MOST_CONNECTIONS = 512
#: How often the spans of the requests themselves are sent, and how it goes on is told (seconds).
_TELL_S = 1.0
_NOT_WAITED_FOR = "was not waited for any longer"


@dataclass(slots=True)
class Sending:
    """One run of a plan against one URL.

    `make` gives the request of an index. `endpoint` is the stack's base URL of OTLP/HTTP, which is told of each request
    as its sender saw it. `tell` is called every second with what has been tried.
    """

    url: str
    method: str
    plan: LoadPlan
    make: Callable[[int], Outgoing]
    endpoint: str
    timeout_s: float
    tell: Callable[[list[Attempt]], object]
    _attempts: list[Attempt] = field(default_factory=list)
    _exchanges: list[tuple[Outgoing, Answer]] = field(default_factory=list)
    _untold: str = ""
    _begin: float = 0.0
    _began_ns: int = 0

    def run(self) -> Fired:
        """Send it all and wait for the answers, or until Ctrl-C, which ends it and leaves what was done."""
        due = tuple(arrivals(self.plan))
        interrupted = asyncio.run(self._run(due))
        self._attempts.sort(key=lambda attempt: attempt.due_s)
        return Fired(
            self.method, self.url, self.plan, len(due), tuple(self._attempts), self._began_ns, interrupted, self._untold
        )

    async def _run(self, due: tuple[float, ...]) -> bool:
        over = asyncio.Event()
        connections = Connections(self.url, MOST_CONNECTIONS)
        tasks: set[asyncio.Task[None]] = set()
        self._begin, self._began_ns = time.monotonic(), time.time_ns()
        with _on_interrupt(over.set):
            telling = asyncio.create_task(self._tell_on())
            for index, at in enumerate(due):
                if await self._wait_for(over, at):
                    break
                task = asyncio.create_task(self._one(connections, index, at))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await self._answers(over, tasks)
            telling.cancel()
            connections.close()
            await self._tell()
        return over.is_set()

    async def _wait_for(self, over: asyncio.Event, at: float) -> bool:
        """Until something is due; tells whether all is over before."""
        left = at - self._now()
        if left <= 0:
            await asyncio.sleep(0)
            return over.is_set()
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), left)
        return over.is_set()

    async def _answers(self, over: asyncio.Event, tasks: set[asyncio.Task[None]]) -> None:
        """Until each is answered or given up; what is under way when all is over is given up at once."""
        if tasks:
            ending, answered = asyncio.create_task(over.wait()), asyncio.create_task(asyncio.wait(set(tasks)))
            await asyncio.wait({ending, answered}, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            answered.cancel()
        left = list(tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _one(self, connections: Connections, index: int, due: float) -> None:
        outgoing = self.make(index)
        wire, sent, status, broken = wire_of(outgoing), -1.0, 0, ""
        try:
            async with asyncio.timeout(self.timeout_s):
                connection = await connections.take()
                try:
                    sent = self._now()
                    status = await connection.exchange(wire, method=outgoing.method)
                finally:
                    connections.put_back(connection)
        except TimeoutError:
            broken = f"did not answer within {self.timeout_s:g} s"
        except Broken as error:
            broken = str(error)
        except OSError as error:
            # What asyncio says of a refused connection names its address instead of why.
            broken = f"could not be reached: {(os.strerror(error.errno) if error.errno else str(error)).lower()}"
        except asyncio.CancelledError:
            broken = _NOT_WAITED_FOR
        done = self._now()
        self._attempts.append(Attempt(due, sent, done, status, outgoing.trace_id, outgoing.span_id, broken))
        if sent >= 0:
            began = self._began_ns + round(sent * 1e9)
            answer = Answer(status, "", (), b"", 0, began, round((done - sent) * 1e9), broken)
            self._exchanges.append((outgoing, answer))

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(_TELL_S)
            await self._tell()

    async def _tell(self) -> None:
        self.tell(self._attempts)
        exchanges, self._exchanges = self._exchanges, []
        if exchanges:
            why_not = await asyncio.to_thread(send_own_spans, self.endpoint, exchanges)
            self._untold = self._untold or why_not

    def _now(self) -> float:
        return time.monotonic() - self._begin


@contextmanager
def _on_interrupt(end: Callable[[], object]) -> Iterator[None]:
    """Within, Ctrl-C calls `end`."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, end)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
