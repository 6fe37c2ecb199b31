"""The process beside the engine that makes series of the telemetry and evaluates the rules of alerts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from phoenix_dev.runtime import folder
from phoenix_dev.runtime.engine.child import Child, KeptChild
from phoenix_dev.watching.options import WatchingOptions

if TYPE_CHECKING:
    from phoenix_dev.runtime.embedded.options import EngineOptions

#: Whoever started the stack has the processor to himself for so long (seconds); nothing is missed.
_LATER_S = 2.0
#: Killed at any moment it loses nothing; so nobody waits long (seconds) for it to write what it has.
_FINISH_S = 0.2


class Watching(KeptChild):
    """Watches what the engine with these options keeps, which listens on `http_port` and has its page on `ui_port`.
    Needs a running loop.
    """

    def __init__(self, options: EngineOptions, http_port: int, ui_port: int) -> None:
        watching = WatchingOptions(
            home=options.home,
            store=options.home / folder.DATABASE,
            endpoint=f"http://127.0.0.1:{http_port}",
            profile=options.profile,
            most_bytes=options.limits.series_bytes,
            age_ms=options.limits.metrics_ns // 10**6,
            settings=options.watch_settings,
            page=f"http://127.0.0.1:{ui_port}",
        )
        child = Child("the process that watches", "phoenix_dev.watching", watching.to_argument(), finish_s=_FINISH_S)
        self._patience_s = _LATER_S
        super().__init__(child, self._later)

    async def _later(self) -> None:
        """The first time after a while, then at once."""
        patience_s, self._patience_s = self._patience_s, 0.0
        await asyncio.sleep(patience_s)
