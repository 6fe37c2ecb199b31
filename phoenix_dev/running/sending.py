"""Exports of a command's output, each sent until it is acknowledged or refused for good."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.lines.door import TRY_AGAIN, Door, Unreachable
from phoenix_dev.running.where import find_endpoint

if TYPE_CHECKING:
    from phoenix_dev.running.options import ShipperOptions

#: Between two tries (seconds): at first, and at most.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 1.0


class Abandoned(Exception):
    """Nobody is left to tell that the stack is away."""


class Tell(Protocol):
    """Reports how it goes: `away` (why), `back`, `refused` (why) with `records`, `lines` delivered in all."""

    def __call__(self, **facts: object) -> None:
        """Report."""


class Sender:
    """Sends to the stack of a project, wherever that is after it was started again."""

    def __init__(self, options: ShipperOptions, tell: Tell) -> None:
        self.tell = tell
        self._flags = options.flags
        self._door = Door(options.endpoint)
        self._away = False
        self._parent = os.getppid()

    def send(self, body: bytes, records: int) -> None:
        """Return once an export is acknowledged, or refused for good.

        Raises Abandoned when the stack is away and who started this process was killed: nobody waits any more.
        """
        pause = _FIRST_PAUSE_S
        while True:
            why = self._try(body, records)
            if not why:
                if self._away:
                    self._away = False
                    self.tell(back=True)
                return
            if os.getppid() != self._parent:
                raise Abandoned(why)
            if not self._away:
                self._away = True
                self.tell(away=why)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            self._find()

    def _try(self, body: bytes, records: int) -> str:
        """Why an export has to be sent again; empty when it need not be."""
        try:
            status, said = self._door.send(body)
        except Unreachable as error:
            return str(error)
        if status in TRY_AGAIN:
            return f"{self._door.endpoint} answered {status}"
        if status != 200:
            self.tell(refused=f"{self._door.endpoint} answered {status}: {said[:200]!r}", records=records)
        return ""

    def _find(self) -> None:
        try:
            found = find_endpoint(self._flags)
        except PhoenixDevError:
            return
        if found != self._door.endpoint:
            self._door.close()
            self._door = Door(found)
