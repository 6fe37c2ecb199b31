"""Processes beside the engine: what must not share its interpreter, and must not outlive it.

The standard input of a child is a pipe whose other end only the engine has: when that reaches its end, the engine is
gone, however it went, and the child ends too. A child that ends is started anew, after a while that grows while it
keeps ending. What it prints to standard error goes where the engine's own goes, into its log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from typing import TYPE_CHECKING

from phoenix_dev.processes.environment import command_of, environment_with

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Mapping, Sequence

#: Seconds until a child that ended is started again: the first time, and at most.
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 60.0
#: What ran for so long (seconds) had not failed to start: the pause begins anew.
_STEADY_S = 30.0
#: What ends sooner than that (seconds) did nothing, whatever its status says.
_A_MOMENT_S = 1.0

_log = logging.getLogger("phoenix_dev.engine")


class Child:
    """One process of our own Python: `module` run with `arguments`, which inherits the descriptors `keep_open` and has
    `variables` in its environment beside ours.

    Told to stop, it has `finish_s` seconds before it is killed.
    """

    def __init__(
        self,
        name: str,
        module: str,
        *arguments: str,
        keep_open: Sequence[int] = (),
        variables: Mapping[str, str] | None = None,
        finish_s: float = 2.0,
    ) -> None:
        self.name = name
        self._command = command_of(module, *arguments)
        self._keep_open = tuple(keep_open)
        self._variables = variables or {}
        self._finish_s = finish_s
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its number while it runs, else 0."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else 0

    async def keep(self, wanted: Callable[[], Awaitable[None]]) -> None:
        """Run it whenever it is `wanted`, and again when it has ended, until this task is cancelled; it is then ended.

        `wanted` returns when there is something to do. A child that ends with 0 had nothing more to do; any other end
        is told to the log.
        """
        pause = 0.0
        try:
            while True:
                await wanted()
                began = time.monotonic()
                status = await self._run()
                lived = time.monotonic() - began
                if status == 0 and lived >= _A_MOMENT_S:
                    pause = 0.0
                    continue
                pause = _next_pause(pause, lived)
                _log.warning("%s ended with status %s; it is not started again for %.3g s", self.name, status, pause)
                await asyncio.sleep(pause)
        finally:
            await self._end()

    async def _run(self) -> int:
        """Start it and wait for its end. The status; -1 for a process that could not be started."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                cwd="/",
                env=environment_with({**os.environ, **self._variables}),
                pass_fds=self._keep_open,
                start_new_session=True,  # a signal to the engine's group is the engine's to answer
            )
        except OSError as error:
            _log.warning("%s cannot be started: %s", self.name, error)
            return -1
        return await self._process.wait()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), self._finish_s)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class KeptChild:
    """A child that is there whenever it is `wanted`, for as long as the engine lives. Needs a running loop."""

    def __init__(self, child: Child, wanted: Callable[[], Awaitable[None]]) -> None:
        self._keeping = asyncio.create_task(child.keep(wanted))

    async def stop(self) -> None:
        """End its process, if there is one."""
        self._keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping


def _next_pause(before_s: float, lived_s: float) -> float:
    if lived_s >= _STEADY_S or not before_s:
        return _FIRST_PAUSE_S
    return min(2 * before_s, _LONGEST_PAUSE_S)


async def at_once() -> None:
    """For a child that always has something to do."""


async def a_connection(sockets: Sequence[socket.socket]) -> None:
    """Return when somebody connects to one of these listening sockets; who that is waits for the child to accept."""
    loop = asyncio.get_running_loop()
    somebody = loop.create_future()

    def wake() -> None:
        if not somebody.done():
            somebody.set_result(None)

    for listening in sockets:
        loop.add_reader(listening, wake)
    try:
        await somebody
    finally:
        for listening in sockets:
            loop.remove_reader(listening)
