"""The process that follows log files: `phoenix_dev.logfiles OPTIONS`, as a child of the engine, until stdin ends."""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_dev.lines.door import TRY_AGAIN, Door, Unreachable
from phoenix_dev.logfiles.gatherer import Gatherer
from phoenix_dev.telemetry.positions import read_positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Holds what shows the engine that positions come from this process.
TOKEN_VARIABLE = "PHOENIX_DEV_READER_TOKEN"  # noqa: S105 - its name
#: Between two looks at the files, and between two tries to send (seconds).
_POLL_S = 0.2
_RETRY_S = 0.5
#: A source that is no file, see `_Engine.wait_for_the_one_before`.
_MYSELF = "reader"


class _EngineGone(Exception):
    """The engine has ended, and with it all there is to do."""


class _Engine:
    """The engine that started this process."""

    def __init__(self, endpoint: str, token: str) -> None:
        self._door = Door(endpoint)
        self._token = token

    def send(self, body: bytes, positions: Mapping[str, str]) -> None:
        """Return once an export and positions are kept. An export that is refused for good is told and left out."""
        headers = {"x-phoenix-dev-token": self._token, "x-phoenix-dev-position": json.dumps(positions)}
        while True:
            try:
                status, said = self._door.send(body, headers)
            except Unreachable:
                status, said = TRY_AGAIN[0], b""
            if status == 200:
                return
            if status not in TRY_AGAIN:
                say(f"lines of {', '.join(positions)} were refused with {status}: {said[:200]!r}")
                if not body:
                    raise _EngineGone
                body = b""
            elif asked_to_end(_RETRY_S):
                raise _EngineGone

    def wait_for_the_one_before(self) -> None:
        """Exports are kept in the order of their arrival: after this one, so is what a killed reader sent."""
        self.send(b"", {_MYSELF: str(os.getpid())})


def main(arguments: Sequence[str]) -> int:
    """Follow files until the engine ends; the exit status."""
    options = json.loads(arguments[0])
    engine = _Engine(options["endpoint"], os.environ.pop(TOKEN_VARIABLE))
    try:
        engine.wait_for_the_one_before()
        gatherer = Gatherer(options["patterns"], read_positions(Path(options["store"])), engine.send, say)
        gatherer.start()
        while not asked_to_end(0 if gatherer.turn() else _POLL_S):
            pass
    except _EngineGone:
        pass
    return 0


def asked_to_end(patience_s: float) -> bool:
    """Wait so long (seconds) at most for the end of stdin, whose other end the engine holds."""
    return bool(select.select([0], [], [], patience_s)[0]) and not os.read(0, 1)


def say(sentence: str) -> None:
    """Put a sentence into the engine's log."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
