"""The process beside the engine that scrapes metrics and runs checks, while there is somebody to ask."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from phoenix_dev.runtime.engine.child import Child, KeptChild
from phoenix_dev.scraping.targets import read_targets
from phoenix_dev.synthetic.check import read_checks

if TYPE_CHECKING:
    from pathlib import Path

#: How often it is looked whether there is somebody (seconds).
_LOOK_S = 1.0


class Scraping(KeptChild):
    """Scrapes into the engine that listens on `http_port`. Needs a running loop."""

    def __init__(self, home: Path, http_port: int) -> None:
        self._home = home
        told = {"home": str(home), "endpoint": f"http://127.0.0.1:{http_port}"}
        child = Child("the scraper of metrics", "phoenix_dev.scraping", json.dumps(told))
        super().__init__(child, self._somebody)

    async def _somebody(self) -> None:
        while not read_targets(self._home) and not read_checks(self._home):
            await asyncio.sleep(_LOOK_S)
