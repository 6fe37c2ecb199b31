"""Signals that reach us while commands run: handed on at once, or left for the loop to look at."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

_HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_LOOKED_AT = (signal.SIGCHLD, signal.SIGWINCH)


class Signals:
    """While it is entered, every signal of `_HANDED_ON` is given to `hand_on`, also in the middle of a write to a slow
    screen; `descriptor` becomes readable when a signal came, and `take` says which.
    """

    def __init__(self, hand_on: Callable[[int], None], *, stops: bool) -> None:
        self._hand_on = hand_on
        self._handed_on = (*_HANDED_ON, signal.SIGTSTP) if stops else _HANDED_ON
        self._before: dict[int, object] = {}
        self._writing = -1
        self.descriptor = -1

    def __enter__(self) -> Self:
        self.descriptor, self._writing = os.pipe()
        for descriptor in (self.descriptor, self._writing):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in (*self._handed_on, *_LOOKED_AT):
            # What was ignored from the start, as nohup does, the command ignores too.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(-1)
        os.close(self.descriptor)
        os.close(self._writing)

    def take(self) -> set[int]:
        """The signals that came since the last time."""
        with contextlib.suppress(BlockingIOError):
            return set(os.read(self.descriptor, 4096))
        return set()

    def _arrived(self, number: int, _: FrameType | None) -> None:
        if number in self._handed_on:
            self._hand_on(number)


def end_like(status: int) -> int:
    """The exit status for a command's wait status. Where a signal ended it, this process ends by the same signal, and
    who waits for it sees what env(1) or nice(1) would have shown; 128 and the signal's number if it lives on.
    """
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(OSError, ValueError):
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    return 128 - code
