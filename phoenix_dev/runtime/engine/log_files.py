"""The process beside the engine that follows log files and containers, where the settings (`logs`) name any."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from phoenix_dev.logfiles import TOKEN_VARIABLE
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.engine.child import Child, KeptChild, at_once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class LogFiles(KeptChild):
    """Follows files and containers into the engine that listens on `http_port`, to which it shows `token`. Needs a
    running loop.
    """

    def __init__(
        self, home: Path, patterns: Sequence[str], containers: Sequence[str], http_port: int, token: str
    ) -> None:
        told = {
            "patterns": list(patterns),
            "containers": list(containers),
            "home": str(home),
            "store": str(home / folder.DATABASE),
            "endpoint": f"http://127.0.0.1:{http_port}",
        }
        child = Child("the reader of logs", "phoenix_dev.logfiles", json.dumps(told), variables={TOKEN_VARIABLE: token})
        super().__init__(child, at_once)
