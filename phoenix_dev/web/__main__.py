"""The page of an embedded engine, as its child: `python -m phoenix_dev.web OPTIONS`.

It serves the listening sockets that it inherits, ends when its standard input does (the engine is gone or tells it to),
and when nobody has looked for a while: the engine starts it again for the next who does.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_dev.telemetry.reader import open_stores
from phoenix_dev.watching.settings import WatchSettings
from phoenix_dev.web.serving import PageServer

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDLE_S = 15 * 60.0


async def _serve(options: Mapping[str, object]) -> None:
    store = Path(str(options["store"]))
    tuning = WatchSettings.from_text(str(options["watch_settings"])).tuning
    server = PageServer(lambda: open_stores(store), project=str(options["project"]), tuning=tuning)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: _UntilItsEnd(server), sys.stdin)
    idle = asyncio.create_task(server.end_when_idle(_IDLE_S))
    descriptors = options["sockets"]
    assert isinstance(descriptors, list)
    await server.serve([socket.socket(fileno=descriptor) for descriptor in descriptors])
    idle.cancel()


class _UntilItsEnd(asyncio.Protocol):
    """Reads what nobody writes."""

    def __init__(self, server: PageServer) -> None:
        self._server = server

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The engine closed its end, or is gone."""
        self._server.end()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1])))
    # A reader may be in the middle of a long search, and the interpreter would wait for its thread.
    os._exit(0)
