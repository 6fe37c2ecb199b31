"""The process that makes logs of a command's output: `phoenix_dev.running.shipper OPTIONS`.

It reads pieces of output from stdin until that ends, and tells on stdout how it goes, a JSON object a line (`Tell`). It
reads no further while the stack does not answer: what comes meanwhile is kept by who writes to it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING

from phoenix_dev.lines.export import LogExport
from phoenix_dev.lines.grouping import HOLD_S, Grouper
from phoenix_dev.lines.parse import parse
from phoenix_dev.lines.splitting import Splitter
from phoenix_dev.lines.text import text_of_line
from phoenix_dev.running.frames import Unpacker
from phoenix_dev.running.options import ShipperOptions
from phoenix_dev.running.sending import Abandoned, Sender

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.lines.grouping import Group
    from phoenix_dev.running.frames import Frame

#: One export: so many records or bytes of text, and how long the first of them waits for company (seconds).
_RECORDS = 2000
_BYTES = 1024 * 1024
_GATHER_S = 0.1
_READ = 1024 * 1024
#: Behind the command and everything it talks to: what is shipped late costs nobody anything.
_NICE = 10


class _Stream:
    """One stream of one command on its way to records."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.splitter = Splitter()
        self.grouper = Grouper()
        self.heard = 0.0


class Shipper:
    """Pieces of output → exports, in the order of their arrival."""

    def __init__(self, options: ShipperOptions, sender: Sender) -> None:
        self._options = options
        self._sender = sender
        self._streams = [_Stream(service) for service in options.services]
        self._exports: dict[str, LogExport] = {}
        self._lines = self._waiting = self._bytes = 0
        self._since = 0.0
        self._last_ns = 0

    @property
    def patience_s(self) -> float | None:
        """How long to wait for more before `tick` has something to do; None for ever."""
        if self._waiting:
            return max(0.0, self._since + _GATHER_S - time.monotonic())
        return HOLD_S / 2 if any(stream.grouper.holds for stream in self._streams) else None

    def take(self, frame: Frame) -> None:
        """Take one piece in."""
        stream = self._streams[frame.stream]
        stream.heard = time.monotonic()
        for line in stream.splitter.feed(frame.data) if frame.data else stream.splitter.flush():
            self._lines += 1
            # Of a line that was overwritten, a progress bar, the last state is what is left on the screen.
            text = text_of_line(line).rpartition("\r")[2]
            self._add(stream, stream.grouper.feed(text), frame.time_ns)
        if not frame.data:
            self._add(stream, stream.grouper.flush(), frame.time_ns)

    def tick(self, *, everything: bool = False) -> None:
        """Send what has waited long enough."""
        now = time.monotonic()
        for stream in self._streams:
            if stream.grouper.holds and (everything or now >= stream.heard + HOLD_S):
                self._add(stream, stream.grouper.flush(), time.time_ns())
        if self._waiting and (everything or now >= self._since + _GATHER_S):
            self._send()

    def _add(self, stream: _Stream, groups: Iterable[Group], time_ns: int) -> None:
        for group in groups:
            export = self._exports.get(stream.service)
            if export is None:
                export = self._exports[stream.service] = LogExport(stream.service, self._options.resource)
            # Told apart by their time also where a backend keeps equal records once.
            self._last_ns = max(time_ns, self._last_ns + 1)
            export.add(parse(group.text), self._last_ns)
            self._since = self._since if self._waiting else time.monotonic()
            self._waiting += 1
            self._bytes += len(group.text)
            if self._waiting >= _RECORDS or self._bytes >= _BYTES:
                self._send()

    def _send(self) -> None:
        for export in self._exports.values():
            self._sender.send(export.request.SerializeToString(), export.records)
        self._exports.clear()
        self._waiting = self._bytes = 0
        self._sender.tell(lines=self._lines)


def tell(**facts: object) -> None:
    """Report to who started this."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Ship until stdin ends; the exit status."""
    options = ShipperOptions.from_argument(arguments[0])
    os.nice(_NICE)
    # Ctrl-C is for the command; this ends when its stdin does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        _ship(Shipper(options, Sender(options, tell)))
        tell(done=True)
    except (Abandoned, BrokenPipeError):
        return 1
    return 0


def _ship(shipper: Shipper) -> None:
    unpacker = Unpacker()
    while True:
        if select.select([0], [], [], shipper.patience_s)[0]:
            data = os.read(0, _READ)
            if not data:
                break
            for frame in unpacker.feed(data):
                shipper.take(frame)
        shipper.tick()
    shipper.tick(everything=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
