"""The one writer of the embedded store: a queue in memory, a thread, one transaction for all that waits.

    receiver ── submit() ──▶ queue ──▶ thread: blocks.py → statements.py → COMMIT ──▶ futures resolve

An export is acknowledged (its future resolves) after the commit that holds it, never before.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from phoenix_dev.telemetry.blocks import log_batch, metric_batch, trace_batch
from phoenix_dev.telemetry.damage import open_sound
from phoenix_dev.telemetry.database import is_damage, readable, truncate_log
from phoenix_dev.telemetry.health import Health, Unwritable, lacks_room
from phoenix_dev.telemetry.inbox import Accepted, Overloaded
from phoenix_dev.telemetry.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any, TypeVar

    from phoenix_dev.telemetry.blocks import Batch
    from phoenix_dev.telemetry.inbox import ExportRequest
    from phoenix_dev.telemetry.reserve import Reserve

    Result = TypeVar("Result")

_NOWHERE: Mapping[str, str] = MappingProxyType({})
#: What may wait in memory for its commit, in bytes of protobuf; more is answered with back-pressure.
MAX_QUEUED_BYTES = 32 * 1024 * 1024
#: While nothing can be written and nobody sends, it is tried so often (seconds).
TRY_S = 1.0
_RETRY_S = 5.0
#: Exports in one transaction: enough to share an fsync, few enough to answer within some milliseconds.
MAX_GROUP = 16

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    export: ExportRequest
    size: int
    positions: Mapping[str, str]
    future: Future[Accepted]


@dataclass(slots=True)
class _Chore:
    work: Callable[[sqlite3.Connection], object]
    transaction: bool
    future: Future[Any]


class Writer:
    """Implements `Inbox` on a SQLite file. Opening it raises NotReady (see database.open_writer).

    `found_damaged` says in a sentence what was set aside when it was opened; it is empty when all was well. `reserve`
    is room that is given up when the disk is full; exports wait until it is there again.
    """

    def __init__(self, path: Path, reserve: Reserve | None = None) -> None:
        if reserve is not None:
            reserve.release()  # starting takes some room too; the first export takes it back
        self._db, self.found_damaged = open_sound(path)
        with readable(path):
            self._statements = Statements(self._db)
        self._health = Health(path, reserve)
        self._jobs: deque[_Job] = deque()
        self._chores: deque[_Chore] = deque()
        self._queued_bytes = 0
        self._closing = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def queued_bytes(self) -> int:
        """Bytes of protobuf that wait for their commit."""
        return self._queued_bytes

    @property
    def queued_exports(self) -> int:
        """Exports that wait for their commit."""
        return len(self._jobs)

    @property
    def failure(self) -> str:
        """Why nothing can be written; empty when it can."""
        return self._health.told()[0]

    @property
    def remedy(self) -> str:
        """A command that mends the failure, or shows more of it."""
        return self._health.told()[1]

    @property
    def short_of_room(self) -> bool:
        """Whether the disk is so full that even the reserve is in use."""
        return self._health.short_of_room

    def submit(self, export: ExportRequest, size: int, positions: Mapping[str, str] = _NOWHERE) -> Future[Accepted]:
        """See `Inbox.submit`."""
        job = _Job(export, size, positions, Future())
        with self._wake:
            if self._closing:
                raise Overloaded(1.0, "the engine is stopping")
            if self._queued_bytes and self._queued_bytes + size > MAX_QUEUED_BYTES:
                raise Overloaded(1.0, f"{self._queued_bytes:,} bytes wait to be written, the queue is full")
            self._queued_bytes += size
            self._jobs.append(job)
            self._wake.notify()
        return job.future

    def run(self, work: Callable[[sqlite3.Connection], Result], *, transaction: bool = True) -> Future[Result]:
        """Do some work on the file between two groups of exports, in a transaction of its own or in none.

        The future raises what the work raises; nothing of the work is then kept. Raises Overloaded when the store is
        closing.
        """
        future: Future[Result] = Future()
        with self._wake:
            if self._closing:
                raise Overloaded(1.0, "the engine is stopping")
            self._chores.append(_Chore(work, transaction, future))
            self._wake.notify()
        return future

    def close(self) -> None:
        """Write what was taken, then close the file. What comes after is refused as Overloaded. Safe to call twice."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        self._db.close()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._jobs or self._chores or self._closing):
                    if not self._wake.wait(TRY_S if self._health.failure else None):
                        break
                jobs = [self._jobs.popleft() for _ in range(min(len(self._jobs), MAX_GROUP))]
                # One at a time: exports do not wait for more than one.
                chore = self._chores.popleft() if self._chores else None
                closing = self._closing
            if not jobs and chore is None:
                if closing:
                    return
                self._try()
            self._write(jobs)
            if chore is not None:
                self._do(chore)

    def _do(self, chore: _Chore) -> None:
        try:
            try:
                result = self._attempt(chore)
            except sqlite3.Error as exc:
                if not self._health.give_up_reserve(exc):
                    raise
                self._fold()
                result = self._attempt(chore)
        except Exception as exc:  # noqa: BLE001 - who asked for it decides what to do
            if isinstance(exc, sqlite3.Error) and (lacks_room(exc) or is_damage(exc)):
                self._health.failed(exc)
            chore.future.set_exception(exc)
        else:
            chore.future.set_result(result)

    def _attempt(self, chore: _Chore) -> object:
        if not chore.transaction:
            return chore.work(self._db)
        with self._transaction():
            return chore.work(self._db)

    def _try(self) -> None:
        """Nobody sends: see whether it would work again."""
        try:
            self._health.check()
            if self._health.may_write_again():
                with self._transaction():
                    self._db.execute("UPDATE store SET last_trace = last_trace")
                self._health.well()
        except (sqlite3.Error, Unwritable):
            self._fold()

    def _fold(self) -> None:
        """Make the room of the write-ahead log usable again, as far as that is possible."""
        with suppress(sqlite3.Error):
            truncate_log(self._db)

    def _write(self, jobs: list[_Job]) -> None:
        if not jobs:
            return
        pairs = [(job, batch) for job in jobs if (batch := self._understood(job))]
        try:
            self._health.check()
            with self._transaction():
                self._statements.write([batch for _, batch in pairs], time.time_ns())
                self._statements.write_positions(job.positions for job, _ in pairs if job.positions)
        except Exception as exc:  # whatever it is, the senders must hear that nothing was kept
            expected = isinstance(exc, (sqlite3.Error, Unwritable))
            log.warning("could not write %d exports: %s", len(pairs), exc, exc_info=not expected)
            self._health.failed(exc)
            self._fold()
            for job, _ in pairs:
                job.future.set_exception(Overloaded(_RETRY_S, self._health.failure))
        else:
            self._health.well()
            for job, batch in pairs:
                job.future.set_result(Accepted(batch.accepted, batch.rejected, batch.reason))
        with self._wake:
            self._queued_bytes -= sum(job.size for job in jobs)

    def _understood(self, job: _Job) -> Batch | None:
        """An export in blocks; None when that fails, which is its own fault or ours, but not that of its neighbours."""
        try:
            return _batch(job.export)
        except Exception as exc:  # noqa: BLE001 - whatever it is, its sender must hear of it
            job.future.set_exception(exc)
            return None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._statements.forget()
            raise


def _batch(export: ExportRequest) -> Batch:
    if isinstance(export, ExportTraceServiceRequest):
        return trace_batch(export)
    if isinstance(export, ExportLogsServiceRequest):
        return log_batch(export)
    return metric_batch(export)
