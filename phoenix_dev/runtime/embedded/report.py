"""How a starting engine tells the command that started it how it went: one line of JSON through a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import select
import time
from dataclasses import dataclass
from typing import Any

from phoenix_dev import errors
from phoenix_dev.errors import PhoenixDevError


class Ready:
    """It accepts and answers; its record is written."""


class Busy:
    """Another engine has the state folder."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot start."""

    error: PhoenixDevError


class Ended:
    """It ended without a word."""


Outcome = Ready | Busy | Failed | Ended


class Reporter:
    """The engine's end of the pipe. Reporting twice, or to a command that is gone, does nothing."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd

    def ready(self) -> None:
        """Say that it accepts and answers."""
        self._send({"outcome": "ready"})

    def busy(self) -> None:
        """Say that another engine has the folder."""
        self._send({"outcome": "busy"})

    def failed(self, error: PhoenixDevError) -> None:
        """Say why it cannot start."""
        self._send({"outcome": "failed", "kind": type(error).__name__, "message": error.message, "hint": error.hint})

    def _send(self, word: dict[str, str]) -> None:
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        with contextlib.suppress(OSError):
            os.write(fd, json.dumps(word).encode() + b"\n")
        os.close(fd)


def wait_for_report(fd: int, deadline: float) -> Outcome | None:
    """The outcome that arrives on the command's end of the pipe; None when none has by `deadline` (time.monotonic)."""
    said = b""
    while not said.endswith(b"\n"):
        if not select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return None
        piece = os.read(fd, 65536)
        if not piece:
            return Ended()
        said += piece
    return _outcome(json.loads(said))


def _outcome(word: dict[str, Any]) -> Outcome:
    match word["outcome"]:
        case "ready":
            return Ready()
        case "busy":
            return Busy()
    kind = getattr(errors, word["kind"], PhoenixDevError)
    return Failed(kind(word["message"], hint=word["hint"]))
