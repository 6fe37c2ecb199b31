"""The user's terminal and the one that a command is given in its place."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import termios
import tty
from typing import Any

_SIZE = b"\0" * 8
_OUTPUT_FLAGS, _LOCAL_FLAGS, _KEYS = 1, 3, 6


class Terminal:
    """A terminal for a command, of the size of the user's. `master` is our end, `slave` the command's.

    When the user types into it (`typed_into`), the user's own terminal is made to hand every key on as it is: the
    command's terminal makes a signal of Ctrl-C, not ours.
    """

    def __init__(self, screen: int, keyboard: int) -> None:
        self._screen = screen
        self._keyboard = keyboard
        self.typed_into = os.isatty(keyboard)
        self.master, self.slave = pty.openpty()
        self._before: list[Any] | None = termios.tcgetattr(keyboard) if self.typed_into else None
        self._prepare_slave()
        self.resize()
        os.set_blocking(self.master, False)

    def resize(self) -> None:
        """Give it the size that the user's terminal has now."""
        with contextlib.suppress(OSError):
            size = fcntl.ioctl(self._screen, termios.TIOCGWINSZ, _SIZE)
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def take_keys(self) -> None:
        """From now on every key goes to the command."""
        if self._before is not None:
            with contextlib.suppress(termios.error):
                tty.setraw(self._keyboard, termios.TCSADRAIN)

    def restore(self) -> None:
        """Give the user's terminal back as it was."""
        if self._before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._before)

    def stops_for(self, keys: bytes) -> bool:
        """Whether one of these keys would stop a command, as Ctrl-Z does, on a terminal that our shell controls.

        Here the command leads a session that no shell looks after, and the kernel lets nobody stop in such a one.
        """
        settings = termios.tcgetattr(self.master)
        return bool(settings[_LOCAL_FLAGS] & termios.ISIG) and settings[_KEYS][termios.VSUSP] in keys

    def close_slave(self) -> None:
        """Once the command has it: only then its end shows."""
        os.close(self.slave)

    def make_controlling(self) -> None:
        """Called in the new process, which leads a session of its own."""
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def _prepare_slave(self) -> None:
        """The same editing keys as the user's own; where that one stays as it is, it alone shapes line ends."""
        settings = self._before
        if settings is None:
            settings = termios.tcgetattr(self.slave)
            settings[_OUTPUT_FLAGS] &= ~termios.OPOST
            settings[_LOCAL_FLAGS] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, settings)
