"""A terminal's other screen, for what is drawn anew again and again; what was on the terminal before comes back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from phoenix_dev.render.output import NARROWEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from phoenix_dev.render.output import Output

#: The other screen and the usual one, with and without a cursor (xterm, "Alt Screen Buffer", DECTCEM).
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
#: To the top left corner; from where the cursor stands to the end of the line, of the screen (ECMA-48, CUP, EL, ED).
_TO_THE_TOP, _END_OF_LINE, _END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"


class Screen:
    """What `draw` draws stands on the screen until the next time, or until the block ends. It needs a terminal."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._entered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._entered:
            self._output.stdout.write(_LEAVE)
            self._output.stdout.flush()

    @property
    def columns(self) -> int:
        """Cells of a line now: a window changes its size."""
        return max(NARROWEST, self._size().columns)

    def draw(self, lines: Iterable[Text | str]) -> None:
        """Draw lines of at most `columns` cells: as many as there is room for, and how many there is not."""
        whole, rows = list(lines), self._size().lines
        if len(whole) > rows:
            more = len(whole) - rows + 1
            whole[rows - 1 :] = [f"… and {more} more lines, for which the window is too low"]
        shown = "\n".join(f"{self._output.printed(line)}{_END_OF_LINE}" for line in whole)
        enter, self._entered = "" if self._entered else _ENTER, True
        self._output.stdout.write(f"{enter}{_TO_THE_TOP}{shown}{_END_OF_SCREEN}")
        self._output.stdout.flush()

    def _size(self) -> os.terminal_size:
        found = os.get_terminal_size(self._output.stdout.fileno())
        return os.terminal_size((found.columns or self._output.width, found.lines or 24))
