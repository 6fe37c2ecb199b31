"""The output of one container as it comes: a thread waits for it, so that nobody else has to."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady
from phoenix_dev.logfiles.containers.entries import Frames, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.logfiles.containers.entries import Decoder, Entry
    from phoenix_dev.runtime.compose.docker_engine import DockerEngine, Stream

#: Bytes that wait at most; the Docker engine waits beyond that. An entry counts for some of its own.
_BYTES = 1024 * 1024
_AN_ENTRY = 100
_END_S = 1.0


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
        self._changed = Condition()
        self._entries: list[Entry] = []
        self._bytes = 0
        self._end: End | None = None
        self._closed = False
        self._answer: Stream | None = None
        self._thread = Thread(target=self._read, name=f"logs of {container[:12]}", daemon=True)
        self._thread.start()

    def take(self) -> list[Entry] | End:
        """What has come since the last time, which may be nothing; after all of it, its End."""
        with self._changed:
            if not self._entries and self._end is not None:
                return self._end
            entries, self._entries, self._bytes = self._entries, [], 0
            self._changed.notify()
            return entries

    @property
    def waits(self) -> bool:
        """Whether there is more to take."""
        return bool(self._entries)

    def close(self) -> None:
        """End it."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._answer is not None:
            self._answer.interrupt()
        self._thread.join(_END_S)

    def _read(self) -> None:
        end = End()
        try:
            self._answer = self._docker_engine.stream(self._path)
            with contextlib.closing(self._answer) as answer:
                while not self._closed and (data := answer.read()):
                    self._add(self._decoder.feed(data))
                self._add(self._decoder.rest())
        except NotReady as error:
            end = End(error.message)
        except OSError as error:
            end = End(f"the Docker engine broke off: {error}")
        with self._changed:
            self._end = end

    def _add(self, decoded: Iterable[Entry]) -> None:
        entries = list(decoded)
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < _BYTES or self._closed)
            self._entries += entries
            self._bytes += sum(len(entry.data) + _AN_ENTRY for entry in entries)
