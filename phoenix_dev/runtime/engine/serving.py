"""The life of an engine that has the lock: open store and doors, say so, serve, finish what was taken, close."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import time
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from phoenix_dev import __version__
from phoenix_dev.errors import NotReady
from phoenix_dev.processes.identity import identity
from phoenix_dev.receiver.grpc import GrpcServer
from phoenix_dev.receiver.http import otlp_http_app
from phoenix_dev.receiver.intake import Intake
from phoenix_dev.receiver.refusals import Refusals
from phoenix_dev.receiver.sockets import LOOPBACK, bind_loopback
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.embedded.engine_log import collect_stderr
from phoenix_dev.runtime.embedded.farewell import Farewell
from phoenix_dev.runtime.engine.http_server import Front, HttpServer
from phoenix_dev.runtime.engine.log_files import LogFiles
from phoenix_dev.runtime.engine.page import Page
from phoenix_dev.runtime.engine.scraping import Scraping
from phoenix_dev.runtime.engine.self_check import check_grpc, check_http
from phoenix_dev.runtime.engine.watching import Watching
from phoenix_dev.runtime.ports import bind_first_free
from phoenix_dev.runtime.record import EngineRecord, forget_engine
from phoenix_dev.telemetry.reserve import Reserve
from phoenix_dev.telemetry.retention.keeper import Keeper
from phoenix_dev.telemetry.writer import Writer

if TYPE_CHECKING:
    import socket

    from phoenix_dev.processes.lock import FileLock
    from phoenix_dev.runtime.embedded.options import EngineOptions
    from phoenix_dev.runtime.embedded.report import Reporter
    from phoenix_dev.runtime.engine.child import KeptChild

#: How long exports that are being received or written may take once the engine is told to stop (seconds).
_FINISH_S = 5
_HOUSEKEEPING_S = 2.0

_log = logging.getLogger("phoenix_dev.engine")


def serve(options: EngineOptions, lock: FileLock, reporter: Reporter) -> None:
    """Serve until SIGTERM, SIGINT, or the state folder is gone. Raises NotReady when a port or the store is not to be
    had.
    """
    store = options.home / folder.DATABASE
    reserve = Reserve(options.home / folder.RESERVE, options.limits.reserve_bytes)
    with closing(Writer(store, reserve)) as writer, closing(Keeper(store, writer, options.limits)) as keeper:
        if writer.found_damaged:
            _log.error("%s", writer.found_damaged)
        asyncio.run(_Engine(options, lock, writer, keeper).live(reporter))
    if lock.in_place:
        forget_engine(options.home)
    else:
        Farewell.leave(options.home)
    _log.info("stopped; everything that was acknowledged is on disk")


class _Engine:
    def __init__(self, options: EngineOptions, lock: FileLock, writer: Writer, keeper: Keeper) -> None:
        self._options = options
        self._lock = lock
        self._writer = writer
        self._keeper = keeper
        self._refusals = Refusals()
        self._reader_token = secrets.token_hex(16)
        intake = Intake(writer, self._refusals, reader_token=self._reader_token)
        self._http = HttpServer(
            Front(otlp_http_app(intake), self._facts), self._refusals, intake.doors, finish_s=_FINISH_S
        )
        self._doors = intake.doors
        self._grpc = GrpcServer(intake)
        self._stop = asyncio.Event()

    async def live(self, reporter: Reporter) -> None:
        """From the first connection to the last."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        sockets = await bind_first_free(self._options.http, _bind)
        serving = asyncio.create_task(self._http.serve(sockets))
        serving.add_done_callback(lambda _: self._stop.set())
        beside: list[KeptChild] = []
        try:
            sockets_of_page = await bind_first_free(self._options.ui, _bind)
            page = Page(self._options.home, self._options.project, sockets_of_page, self._options.watch_settings)
            beside.append(page)
            grpc_port = await bind_first_free(self._options.grpc, lambda port: self._grpc.start(LOOPBACK, port))
            self._doors.http, self._doors.grpc = sockets[0].getsockname()[1], grpc_port
            await self._accepting(serving)
            await self._announce(self._record(sockets[0].getsockname()[1], grpc_port, page.port))
            reporter.ready()
            beside += self._log_files(sockets[0].getsockname()[1])
            beside.append(Scraping(self._options.home, sockets[0].getsockname()[1]))
            beside.append(Watching(self._options, sockets[0].getsockname()[1], page.port))
            await self._wait()
        finally:
            await self._finish(serving, beside)

    def _log_files(self, http_port: int) -> list[LogFiles]:
        files, containers = self._options.log_files, self._options.log_containers
        if not files and not containers:
            return []
        return [LogFiles(self._options.home, files, containers, http_port, self._reader_token)]

    async def _accepting(self, serving: asyncio.Task[None]) -> None:
        """Return once HTTP connections are accepted. Raises what ended the server before that."""
        accepting = asyncio.create_task(self._http.accepting())
        await asyncio.wait((accepting, serving), return_when=asyncio.FIRST_COMPLETED)
        if not accepting.done():
            accepting.cancel()
            serving.result()
            raise NotReady("the engine's HTTP server ended before it accepted a connection", hint="phoenix-dev doctor")

    async def _announce(self, record: EngineRecord) -> None:
        await check_http(record.http_port)
        await check_grpc(record.grpc_port)
        with folder.writing(self._options.home):
            record.write(self._options.home)
        _log.info("ready: %s and %s", record.endpoints.otlp_http, record.endpoints.otlp_grpc)
        gc.collect()
        gc.freeze()

    async def _wait(self) -> None:
        """Until somebody says stop. Meanwhile look after the log, and after the folder: without it nobody could find
        this engine again.
        """
        while self._lock.in_place:
            collect_stderr(self._options.home)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _HOUSEKEEPING_S)
                return
        _log.warning("the state folder is gone")
        Farewell.leave(self._options.home)  # at once: whoever finds nobody listening any more asks why

    async def _finish(self, serving: asyncio.Task[None], beside: list[KeptChild]) -> None:
        _log.info("stopping")
        self._http.should_exit = True
        await asyncio.gather(self._grpc.stop(_FINISH_S), serving, *(child.stop() for child in beside))

    def _record(self, http_port: int, grpc_port: int, ui_port: int) -> EngineRecord:
        options = self._options
        moved = (options.http.moved_to(http_port), options.grpc.moved_to(grpc_port), options.ui.moved_to(ui_port))
        return EngineRecord(
            pid=os.getpid(),
            identity=identity(os.getpid()),
            version=__version__,
            since_ns=time.time_ns(),
            project=self._options.project,
            profile=self._options.profile,
            http_port=http_port,
            grpc_port=grpc_port,
            ui_port=ui_port,
            moved=tuple(filter(None, moved)),
            limits=options.limits,
            notes=(self._writer.found_damaged,) if self._writer.found_damaged else (),
            log_files=options.log_files,
            log_containers=options.log_containers,
            watch_settings=options.watch_settings,
        )

    def _facts(self) -> dict[str, Any]:
        """What only this process knows, for `status`."""
        return {
            "pid": os.getpid(),
            "queued_bytes": self._writer.queued_bytes,
            "queued_exports": self._writer.queued_exports,
            "failure": self._writer.failure,
            "remedy": self._writer.remedy,
            "clock_ahead_ns": self._keeper.clock_ahead_ns,
            "refused": [asdict(refusal) for refusal in self._refusals.snapshot()],
        }


async def _bind(port: int) -> list[socket.socket]:
    return bind_loopback(port)
