"""The process beside the engine that follows the log files of `logs.files`, where there are any to follow."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from phoenix_dev.runtime import folder
from phoenix_dev.runtime.child import Child, at_once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: As phoenix_dev.logfiles reads it: in the environment, which no other user sees.
_TOKEN_VARIABLE = "PHOENIX_DEV_READER_TOKEN"  # noqa: S105 - the name of a variable


class LogFiles:
    """Follows files into the engine that listens on `http_port`, to which it shows `token`. Needs a running loop."""

    def __init__(self, home: Path, patterns: Sequence[str], http_port: int, token: str) -> None:
        told = {
            "patterns": list(patterns),
            "store": str(home / folder.DATABASE),
            "endpoint": f"http://127.0.0.1:{http_port}",
        }
        child = Child(
            "the reader of log files", "phoenix_dev.logfiles", json.dumps(told), variables={_TOKEN_VARIABLE: token}
        )
        self._keeping = asyncio.create_task(child.keep(at_once))

    async def stop(self) -> None:
        """End its process."""
        self._keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping
