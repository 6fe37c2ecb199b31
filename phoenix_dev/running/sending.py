"""Exports over OTLP/HTTP until each is acknowledged or refused for good (OTLP specification, "OTLP/HTTP Response").

http.client instead of httpx: this process starts with every `run`, and httpx alone takes longer to load than all else.
"""

from __future__ import annotations

import http.client
import os
import time
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.running.where import find_endpoint

if TYPE_CHECKING:
    from phoenix_dev.running.options import ShipperOptions

_PATIENCE_S = 10.0
#: Between two tries (seconds): at first, and at most.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 1.0
#: Answers that ask to try again.
_TRY_AGAIN = (429, 502, 503, 504)
_HEADERS = {"Content-Type": "application/x-protobuf"}


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
        self._endpoint = options.endpoint
        self._connection: http.client.HTTPConnection | None = None
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
            status, said = self._post(body)
        except (OSError, http.client.HTTPException) as error:
            self._close()
            return f"{self._endpoint}: {getattr(error, 'strerror', None) or error or type(error).__name__}"
        if status in _TRY_AGAIN:
            return f"{self._endpoint} answered {status}"
        if status != 200:
            self.tell(refused=f"{self._endpoint} answered {status}: {said[:200]!r}", records=records)
        return ""

    def _post(self, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            at = urlsplit(self._endpoint)
            self._connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=_PATIENCE_S)
        self._connection.request("POST", "/v1/logs", body, _HEADERS)
        with self._connection.getresponse() as response:
            return response.status, response.read()

    def _find(self) -> None:
        try:
            found = find_endpoint(self._flags)
        except PhoenixDevError:
            return
        if found != self._endpoint:
            self._close()
            self._endpoint = found

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
