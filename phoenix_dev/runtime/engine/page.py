"""The engine's page: its sockets are here from the start, the process behind them when somebody looks.

So its address is known at once, `up` pays for no library of it, and neither a large trace nor a slow search can hold up
what takes telemetry.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from phoenix_dev.runtime import folder
from phoenix_dev.runtime.engine.child import Child, KeptChild, a_connection

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence
    from pathlib import Path


class Page(KeptChild):
    """The page of one state folder on its listening sockets, which belong to it from now on. Needs a running loop.

    `watch_settings`: what the settings say of indicators (watching/settings.py).
    """

    def __init__(self, home: Path, project: str, sockets: Sequence[socket.socket], watch_settings: str = "") -> None:
        self._sockets = tuple(sockets)
        self.port: int = self._sockets[0].getsockname()[1]
        descriptors = [listening.fileno() for listening in self._sockets]
        store = str(home / folder.DATABASE)
        told = json.dumps(
            {"store": store, "project": project, "sockets": descriptors, "watch_settings": watch_settings}
        )
        child = Child("the page", "phoenix_dev.web", told, keep_open=descriptors)
        super().__init__(child, partial(a_connection, self._sockets))

    async def stop(self) -> None:
        """End its process, if there is one, and free its port."""
        await super().stop()
        for listening in self._sockets:
            listening.close()
