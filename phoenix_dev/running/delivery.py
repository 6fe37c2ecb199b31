"""The way of output to the stack, as the loop that must not wait sees it: memory, a file, a pipe, the shipper."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import select
import subprocess
import time
from typing import TYPE_CHECKING

from phoenix_dev.processes.environment import command_of, environment_with
from phoenix_dev.running.backlog import Backlog
from phoenix_dev.running.frames import packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.running.options import ShipperOptions

_SHIPPER = "phoenix_dev.running.shipper"
#: Output is handed on once there is so much of it (bytes), or it is so old (seconds): the shipper is woken less often.
_WORTHWHILE = 64 * 1024
_OLD_S = 0.05
#: Linux's name for it is in `fcntl` since Python 3.10; other systems have none, and pipes of 64 KiB.
_SET_PIPE_SIZE = getattr(fcntl, "F_SETPIPE_SZ", None)
PIPE_BYTES = 1024 * 1024
#: How long the end of a command waits for a stack that did not answer the last time (seconds).
_AWAY_S = 1.0


class Delivery:
    """One shipper and what waits for it. `say` is called, seldom, with a sentence for the user; `told`: the user knows
    already that the stack is away.
    """

    def __init__(self, options: ShipperOptions, say: Callable[[str], None], *, told: bool = False) -> None:
        self._say = say
        self._backlog = Backlog()
        self._since = 0.0
        self._lines = self._dropped = self._delivered = 0
        self._unended: set[int] = set()
        self._away = self._done = False
        self._away_since = 0.0
        self._told = told
        self._reports = b""
        self._shipper = _started(options)
        assert self._shipper.stdin is not None
        assert self._shipper.stdout is not None
        self.pipe = self._shipper.stdin.fileno()
        self.reports = self._shipper.stdout.fileno()
        os.set_blocking(self.pipe, False)
        larger_pipe(self.pipe)

    @property
    def reports_more(self) -> bool:
        """Whether the shipper may still have something to tell; the end of one that died is told once."""
        return not self._done

    @property
    def wants_to_write(self) -> bool:
        """Whether what waits is worth handing on."""
        return len(self._backlog) >= _WORTHWHILE or (len(self._backlog) > 0 and self.patience_s == 0)

    @property
    def patience_s(self) -> float | None:
        """How long until what waits is handed on in any case (seconds); None when nothing waits."""
        return max(0.0, self._since + _OLD_S - time.monotonic()) if len(self._backlog) else None

    def add(self, stream: int, data: bytes) -> None:
        """Take a piece of a stream's output; empty data is its end."""
        if not len(self._backlog):
            self._since = time.monotonic()
        taken = self._backlog.add(packed(stream, time.time_ns(), data))
        lines = data.count(b"\n") + (not data and stream in self._unended)
        self._lines += lines
        if data:
            (self._unended.discard if data.endswith(b"\n") else self._unended.add)(stream)
        if not taken:
            if not self._dropped:
                self._say("too much output waits for the stack: from here on it is shown, but no longer kept for it")
            self._dropped += lines

    def write(self) -> None:
        """Hand on what the pipe takes at once."""
        try:
            while chunk := self._backlog.first():
                self._backlog.remove(os.write(self.pipe, chunk))
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            self._give_up()

    def read_reports(self) -> None:
        """Hear what the shipper has to tell; called when there is something."""
        data = os.read(self.reports, 65536)
        if not data:
            self._give_up()
            return
        *lines, self._reports = (self._reports + data).split(b"\n")
        for line in lines:
            self._heard(json.loads(line))

    def finish(self, patience_s: float) -> None:
        """Hand on everything, wait so long at most for its delivery, and say what was not. Ends the shipper."""
        deadline = time.monotonic() + patience_s
        closed = False
        while not self._done and (left := self._left(deadline)) > 0:
            if not closed and not len(self._backlog):
                self._close_pipe()
                closed = True
            poll = select.poll()
            poll.register(self.reports, select.POLLIN)
            if not closed:
                poll.register(self.pipe, select.POLLOUT)
            for descriptor, _ in poll.poll(left * 1000):
                if descriptor == self.pipe and not closed:
                    self.write()
                else:
                    self.read_reports()
        self.stop()
        undelivered = self._lines - self._delivered
        if undelivered > 0:
            self._say(f"{undelivered:,} lines could not be delivered to the stack{self._reason(patience_s)}")

    def stop(self) -> None:
        """End the shipper, whatever it has left to do."""
        if not self._done:
            with contextlib.suppress(ProcessLookupError):
                self._shipper.kill()
        self._close_pipe()
        self._shipper.wait()
        assert self._shipper.stdout is not None
        self._shipper.stdout.close()
        self._backlog.close()

    def _left(self, deadline: float) -> float:
        now = time.monotonic()
        return min(deadline, self._away_since + _AWAY_S if self._away else deadline) - now

    def _heard(self, told: dict[str, object]) -> None:
        if "away" in told:
            self._away, self._away_since = True, time.monotonic()
            if not self._told:
                self._told = True
                self._say(f"the stack does not answer ({told['away']}); the output is kept and sent when it does")
        if "back" in told:
            self._away = False
        if "refused" in told:
            self._say(f"{told['records']} log records were refused: {told['refused']}")
        if "lines" in told:
            self._delivered = int(str(told["lines"]))
        self._done = self._done or "done" in told

    def _reason(self, patience_s: float) -> str:
        if self._away:
            return ": it does not answer (phoenix-dev up starts it)"
        return "" if self._dropped else f" within {patience_s:g} s (--wait SECONDS waits longer)"

    def _give_up(self) -> None:
        if not self._done:
            self._done = True
            self._say("what sends the output to the stack has ended; the command runs on")
        while chunk := self._backlog.first():
            self._backlog.remove(len(chunk))

    def _close_pipe(self) -> None:
        assert self._shipper.stdin is not None
        with contextlib.suppress(OSError):
            self._shipper.stdin.close()


def larger_pipe(descriptor: int) -> None:
    """Let a pipe hold more, where the system can, so that its two ends meet less often."""
    if _SET_PIPE_SIZE is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, _SET_PIPE_SIZE, PIPE_BYTES)


def _started(options: ShipperOptions) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command_of(_SHIPPER, options.to_argument()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment_with(os.environ),
        bufsize=0,
        start_new_session=True,
    )
