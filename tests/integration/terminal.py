"""A command on a terminal of its own: what it writes there, and what a person would see of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests import warm

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS, ROWS = 80, 24
#: Of what the environment may say about a terminal, this one says it itself.
_SAID_BY_THE_TERMINAL = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "COLORTERM")
#: Select Graphic Rendition (ECMA-48, 8.3.117): colour and weight, which change nothing but the text that follows.
SGR = re.compile(r"\x1b\[[0-9;]*m")
#: Categories of code points that are seen and stay where they are written (Unicode Standard, table 4-4).
_SEEN = frozenset({"L", "M", "N", "P", "S"})


@dataclass(frozen=True, slots=True)
class Screen:
    """What became of one run: its exit status and everything it wrote, stdout and stderr as one."""

    code: int
    written: str

    @property
    def lines(self) -> list[str]:
        """The lines without their colours."""
        return SGR.sub("", self.written).removesuffix("\r\n").split("\r\n")

    @property
    def is_coloured(self) -> bool:
        """Whether anything is in colour."""
        return SGR.search(self.written) is not None


def run_in_terminal(*args: str | bytes, env: Mapping[str, str] | None = None, deadline: float = 60) -> Screen:
    """Run `phoenix-dev` to its end in a terminal of 80 columns and 24 rows that knows 256 colours."""
    environ = {name: value for name, value in os.environ.items() if name not in _SAID_BY_THE_TERMINAL}
    environ |= {"TERM": "xterm-256color", **(env or {})}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with ThreadPoolExecutor(1) as beside:
        status = beside.submit(_run, [os.fsdecode(arg) for arg in args], environ, theirs, deadline)
        try:
            written = _read_to_the_end(ours, deadline)
            return Screen(status.result(), written.decode(errors="surrogateescape"))
        finally:
            os.close(ours)


def _run(args: list[str], environ: Mapping[str, str], terminal: int, deadline: float) -> int:
    """The status of a command that has the terminal as all it reads and writes."""
    try:
        return warm.run(args, environ, os.getcwd(), (terminal, terminal, terminal), deadline)
    finally:
        os.close(terminal)


def _read_to_the_end(terminal: int, deadline: float) -> bytes:
    end = time.monotonic() + deadline
    written = bytearray()
    while select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            chunk = os.read(terminal, 1 << 16)
        except OSError:  # EIO: the last process that had the terminal open is gone
            return bytes(written)
        if not chunk:
            return bytes(written)
        written += chunk
    raise AssertionError(f"the command has not ended within {deadline:g} s; it wrote {bytes(written[-500:])!r}")


def obeyed(text: str) -> set[str]:
    """The characters of a text that a terminal would obey, or that nobody sees: all but spaces and what has a shape."""
    return {char for char in set(text) if unicodedata.category(char)[0] not in _SEEN and not _is_space(char)}


def cells(text: str) -> int:
    """Columns that a text takes at most (Unicode Standard Annex 11); a selector for emoji makes its base wide, vowels
    and finals of Hangul join the syllable.
    """
    return sum(_cells(char) for char in text)


def _is_space(char: str) -> bool:
    return unicodedata.category(char) == "Zs"


def _cells(char: str) -> int:
    if char == "\ufe0f":
        return 1
    if unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
