"""The stack as it takes what was read: the engine keeps the positions with it, the collector leaves that to us."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phoenix_dev.lines.door import TRY_AGAIN, Door, Unreachable
from phoenix_dev.processes.document import read_document, write_document
from phoenix_dev.telemetry.positions import read_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Say = Callable[[str], None]

_RETRY_S = 0.5
#: A source that is none, see `Engine.begin`.
_MYSELF = "reader"
POSITIONS_FILE = "container-positions.json"


class Gone(Exception):
    """There is nobody left to read for."""


class Stack(Protocol):
    """Where exports go."""

    def begin(self) -> dict[str, str]:
        """The positions of all sources. Called first. Raises Gone."""
        ...

    def send(self, body: bytes, positions: Mapping[str, str]) -> None:
        """Return once an export and positions are kept; one that is empty is forgotten. An export that is refused for
        good is told and left out. Raises Gone.
        """
        ...


class Engine:
    """The engine that started this process; `ended` waits so long at most (seconds) for its end."""

    def __init__(self, endpoint: str, token: str, store: str, ended: Callable[[float], bool], say: Say) -> None:
        self._door = Door(endpoint)
        self._token = token
        self._store = Path(store)
        self._ended = ended
        self._say = say

    def begin(self) -> dict[str, str]:
        """See Stack. Exports are kept in the order of their arrival: after this, so is what a killed reader sent."""
        self.send(b"", {_MYSELF: str(os.getpid())})
        return read_positions(self._store)

    def send(self, body: bytes, positions: Mapping[str, str]) -> None:
        """See Stack."""
        headers = {"x-phoenix-dev-token": self._token, "x-phoenix-dev-position": json.dumps(positions)}
        while (refused := delivered(self._door, body, headers, self._ended)) is not None:
            self._say(f"lines of {', '.join(positions)} were refused with {refused}")
            if not body:
                raise Gone
            body = b""


class Collector:
    """The collector of the real stack, which keeps what it has answered for; positions lie in the project's folder."""

    def __init__(self, endpoint: str, home: str, ended: Callable[[float], bool], say: Say) -> None:
        self._door = Door(endpoint)
        self._file = Path(home) / POSITIONS_FILE
        self._positions: dict[str, str] = {}
        self._full = False
        self._ended = ended
        self._say = say

    def begin(self) -> dict[str, str]:
        """See Stack."""
        self._positions = {source: str(text) for source, text in read_document(self._file).items()}
        return dict(self._positions)

    def send(self, body: bytes, positions: Mapping[str, str]) -> None:
        """See Stack."""
        refused = delivered(self._door, body, {}, self._ended)
        if refused is not None:
            self._say(f"lines of {', '.join(positions)} were refused with {refused}")
        self._positions = {source: text for source, text in (self._positions | {**positions}).items() if text}
        while why := self._not_written():
            if not self._full:
                self._say(f"{self._file} cannot be written: {why}")
            self._full = True
            if self._ended(_RETRY_S):
                raise Gone
        self._full = False

    def _not_written(self) -> str:
        try:
            write_document(self._file, self._positions)
        except OSError as error:
            return error.strerror or type(error).__name__
        return ""


def delivered(door: Door, body: bytes, headers: Mapping[str, str], ended: Callable[[float], bool]) -> str | None:
    """Return once an export is acknowledged: None; or refused for good: how. Raises Gone when it `ended` meanwhile."""
    while True:
        try:
            status, said = door.send(body, headers)
        except Unreachable:
            status, said = TRY_AGAIN[0], b""
        if status == 200:
            return None
        if status not in TRY_AGAIN:
            return f"{status}: {said[:200]!r}"
        if ended(_RETRY_S):
            raise Gone
