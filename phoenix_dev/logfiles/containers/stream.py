"""The output of one container as it comes: a thread waits for it, so that nobody else has to."""

from __future__ import annotations

import contextlib
import queue
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.logfiles.containers.entries import Frames, Terminal

if TYPE_CHECKING:
    from phoenix_dev.logfiles.containers.entries import Decoder, Entry
    from phoenix_dev.runtime.docker_engine import DockerEngine, Stream

#: Pieces of 64 kB at most that wait; the Docker engine waits beyond that.
_PIECES = 16
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class End:
    """The end of an answer; `why` is empty where the Docker engine has sent all there is."""

    why: str = ""


class LogStream:
    """Everything that a container wrote since a moment (`seconds.nanoseconds`, inclusive; empty for its beginning), and
    what it writes until it ends.
    """

    def __init__(self, docker_engine: DockerEngine, container: str, since: str, *, terminal: bool) -> None:
        asked = f"stdout=1&stderr=1&timestamps=1&follow=1{f'&since={since}' if since else ''}"
        self._path = f"/containers/{container}/logs?{asked}"
        self._docker_engine = docker_engine
        self._decoder: Decoder = Terminal() if terminal else Frames()
        self._pieces: queue.Queue[list[Entry] | End] = queue.Queue(_PIECES)
        self._closed = False
        self._answer: Stream | None = None
        self._thread = Thread(target=self._read, name=f"logs of {container[:12]}", daemon=True)
        self._thread.start()

    def take(self) -> list[Entry] | End | None:
        """The next piece; None when nothing has come. After an End nothing comes any more."""
        with contextlib.suppress(queue.Empty):
            return self._pieces.get_nowait()
        return None

    @property
    def waits(self) -> bool:
        """Whether there is more to take."""
        return not self._pieces.empty()

    def close(self) -> None:
        """End it."""
        self._closed = True
        if self._answer is not None:
            self._answer.interrupt()
        self._thread.join(_LOOK_S * 2)

    def _read(self) -> None:
        end = End()
        try:
            self._answer = self._docker_engine.stream(self._path)
            with contextlib.closing(self._answer) as answer:
                while not self._closed and (data := answer.read()):
                    self._put(list(self._decoder.feed(data)))
                self._put(list(self._decoder.rest()))
        except NotReady as error:
            end = End(error.message)
        except OSError as error:
            end = End(f"the Docker engine broke off: {error}")
        self._put(end)

    def _put(self, piece: list[Entry] | End) -> None:
        while not self._closed:
            with contextlib.suppress(queue.Full):
                self._pieces.put(piece, timeout=_LOOK_S)
                return
