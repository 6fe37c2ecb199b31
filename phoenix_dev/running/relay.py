"""The loop that copies what commands write to the screen and hands it on to the stack. It waits for neither."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from phoenix_dev.running.delivery import PIPE_BYTES
from phoenix_dev.running.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.running.child import Child
    from phoenix_dev.running.delivery import Delivery
    from phoenix_dev.running.terminal import Terminal

_READ = 256 * 1024
#: Keys that the command has not read yet (bytes); more stay where they are.
_MOST_KEYS = 64 * 1024
_KEYBOARD = 0


class Screen(Protocol):
    """Where a stream of a command is shown."""

    def show(self, data: bytes) -> None:
        """Show a piece; empty data is the end. Raises BrokenPipeError when nobody looks any more."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A descriptor of ours that gets every byte as it is."""

    descriptor: int

    def show(self, data: bytes) -> None:
        """See Screen."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self.descriptor, rest) :]
            except BlockingIOError:  # somebody who has the same terminal open asked for that
                select.select([], [self.descriptor], [])


@dataclass(frozen=True, slots=True)
class Source:
    """A stream of a command: its number for the shipper, and where it is shown."""

    stream: int
    screen: Screen


class Relay:
    """Commands that run, until the last has ended. `ends` are their statuses in the order of their ends."""

    def __init__(self, children: Sequence[Child], sources: dict[int, Source], delivery: Delivery) -> None:
        self.ends: list[int] = []
        self._children = list(children)
        self._sources = sources
        self._delivery = delivery
        self._terminal: Terminal | None = next((one.terminal for one in children if one.terminal), None)
        self._keys = b""
        self._reads_keys = self._terminal is not None and self._terminal.typed_into

    def run(self) -> None:
        """Copy until every command has ended and what it wrote is read."""
        stops = all(child.manner == "apart" for child in self._children)
        with Signals(self._hand_on, stops=stops) as signals:
            if self._terminal:
                self._terminal.take_keys()
            try:
                self._look_at_children()  # one may have ended before its end could be told
                while len(self.ends) < len(self._children):
                    self._turn(signals)
                self._read_the_rest()
            finally:
                if self._terminal:
                    self._terminal.restore()
        for source in self._sources.values():
            source.screen.show(b"")
            self._delivery.add(source.stream, b"")

    def _turn(self, signals: Signals) -> None:
        poll = select.poll()
        poll.register(signals.descriptor, select.POLLIN)
        for descriptor in self._sources:
            poll.register(descriptor, select.POLLIN)
        if self._reads_keys and len(self._keys) < _MOST_KEYS:
            poll.register(_KEYBOARD, select.POLLIN)
        if self._terminal and self._keys and self._terminal.master in self._sources:
            poll.register(self._terminal.master, select.POLLIN | select.POLLOUT)
        if self._delivery.reports_more:
            poll.register(self._delivery.reports, select.POLLIN)
        if self._delivery.wants_to_write:
            poll.register(self._delivery.pipe, select.POLLOUT)
        patience = self._delivery.patience_s
        for descriptor, event in poll.poll(None if not patience else patience * 1000 + 1):
            self._serve(descriptor, event, signals)

    def _serve(self, descriptor: int, event: int, signals: Signals) -> None:
        if descriptor in self._sources:
            if event & select.POLLOUT:
                self._hand_keys_on()
            if event & ~select.POLLOUT:
                self._read(descriptor)
        elif descriptor == signals.descriptor:
            self._notice(signals.take())
        elif descriptor == self._delivery.reports:
            self._delivery.read_reports()
        elif descriptor == self._delivery.pipe:
            self._delivery.write()
        else:
            self._read_keys()

    def _read(self, descriptor: int) -> int:
        """Copy one piece; its size."""
        try:
            data = os.read(descriptor, _READ)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno != errno.EIO:  # nobody has the other end of the terminal open any more
                raise
            data = b""
        if not data:
            self._end_of(descriptor)
            return 0
        source = self._sources[descriptor]
        self._delivery.add(source.stream, data)
        try:
            source.screen.show(data)
        except (BrokenPipeError, ConnectionResetError):
            # Who reads us has gone. The command hears of that as it would without us: by its own next write.
            self._end_of(descriptor)
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), descriptor)
        return len(data)

    def _end_of(self, descriptor: int) -> None:
        source = self._sources.pop(descriptor)
        self._delivery.add(source.stream, b"")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            source.screen.show(b"")

    def _read_the_rest(self) -> None:
        """What was written before the end: no more than a pipe holds, since what a command leaves behind may go on."""
        for descriptor in list(self._sources):
            left = PIPE_BYTES
            while left > 0 and descriptor in self._sources and select.select([descriptor], [], [], 0)[0]:
                left -= self._read(descriptor) or left

    def _read_keys(self) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(_KEYBOARD, 4096)
        if not data:
            self._reads_keys = False
        elif self._terminal and self._terminal.stops_for(data) and self._children[0].leads_the_terminal:
            self._children[0].signal(signal.SIGSTOP)
        else:
            self._keys += data
            self._hand_keys_on()

    def _hand_keys_on(self) -> None:
        assert self._terminal is not None
        with contextlib.suppress(BlockingIOError, OSError):
            self._keys = self._keys[os.write(self._terminal.master, self._keys) :]

    def _notice(self, numbers: set[int]) -> None:
        if signal.SIGWINCH in numbers and self._terminal:
            self._terminal.resize()
        if signal.SIGCHLD in numbers:
            self._look_at_children()

    def _look_at_children(self) -> None:
        for child in self._children:
            ended = child.look()
            if ended is not None:
                self.ends.append(ended)
        if self._terminal and any(child.stopped for child in self._children):
            self._stop_too()

    def _stop_too(self) -> None:
        """The command was stopped, as by Ctrl-Z on its terminal: the shell that started us is to have its own back."""
        assert self._terminal is not None
        self._terminal.restore()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._terminal.take_keys()
        self._terminal.resize()
        self._go_on()

    def _go_on(self) -> None:
        for child in self._children:
            child.stopped = False
            child.signal(signal.SIGCONT)

    def _hand_on(self, number: int) -> None:
        for child in self._children:
            child.signal(number)
        if number == signal.SIGTSTP:
            os.kill(os.getpid(), signal.SIGSTOP)
            self._go_on()
