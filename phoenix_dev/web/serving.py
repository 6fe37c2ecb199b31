"""The page's server: on sockets that are bound already, until it is told to stop or nobody has looked for a while."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import time
from typing import TYPE_CHECKING

import uvicorn

from phoenix_dev.errors import NotReady
from phoenix_dev.receiver.connections import http_config
from phoenix_dev.receiver.refusals import Refusals
from phoenix_dev.receiver.sockets import bind_loopback
from phoenix_dev.web.app import page_app
from phoenix_dev.web.guard import Guard

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

    from phoenix_dev.signals.tuning import Tuning
    from phoenix_dev.stores import Stores
    from phoenix_dev.web.live import Streams

#: What answers under way may take once it stops (seconds).
_FINISH_S = 1
_LOOK_S = 5.0
#: How far above the usual port a free one is looked for.
_REACH = 100
_LAST_PORT = 65535


class PageServer(uvicorn.Server):
    """Serves the page of some stores. With `own_signals` Ctrl-C ends it, and is raised again afterwards."""

    def __init__(
        self,
        open_stores: Callable[[], Stores],
        *,
        project: str = "",
        tuning: Tuning | None = None,
        own_signals: bool = False,
    ) -> None:
        app, self._streams = page_app(open_stores, project, tuning)
        self.guard = Guard(app)
        config = http_config(self.guard, Refusals())
        config.timeout_graceful_shutdown = _FINISH_S
        config.proxy_headers = False
        super().__init__(config)
        self._own_signals = own_signals

    @property
    def streams(self) -> Streams:
        """Who follows."""
        return self._streams

    def end(self) -> None:
        """Stop soon: no further connection, no further event."""
        self.should_exit = True
        self._streams.stopping.set()

    async def end_when_idle(self, idle_s: float) -> None:
        """End once nobody has asked for anything for so long, and nobody follows."""
        while self._streams.open or time.monotonic() - self.guard.last_seen < idle_s:
            await asyncio.sleep(min(idle_s, _LOOK_S))
        self.end()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let those go that follow, then everyone else."""
        self._streams.stopping.set()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone unless they are ours."""
        if not self._own_signals:
            yield
            return
        with super().capture_signals():
            yield


def listen(port: int, *, named: bool) -> list[socket.socket]:
    """Sockets on loopback: on this port and no other when the user named it, else on it or the next that is free.

    Raises NotReady when there is none.
    """
    for number in range(port, min(port + (1 if named else _REACH), _LAST_PORT + 1)):
        try:
            return bind_loopback(number)
        except OSError as error:
            if named:
                taken = error.errno == errno.EADDRINUSE
                why = "is taken by another process" if taken else f"cannot be used: {error.strerror}"
                raise NotReady(f"port {port} {why}", hint="phoenix-dev ui") from error
    raise NotReady(f"no port from {port} on is free for the page", hint="phoenix-dev ui --port 8080")


def serve_page(
    open_stores: Callable[[], Stores], sockets: Sequence[socket.socket], *, project: str, tuning: Tuning | None = None
) -> None:
    """Serve in the foreground until Ctrl-C, which is raised again as KeyboardInterrupt."""
    asyncio.run(PageServer(open_stores, project=project, tuning=tuning, own_signals=True).serve(list(sockets)))
