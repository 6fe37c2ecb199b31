"""A long line on a terminal: folded into rows, so that what it says is there and stays under its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

from phoenix_dev.render.text import ELLIPSIS, MARKS_PER_BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from phoenix_dev.render.line import Line

#: Rows that one line may take; what is left then is cut with `…`.
MOST_ROWS = 8


def fold(line: Line, width: int, lead: Line) -> Iterator[Text]:
    """The rows of a line, each at most `width` cells, broken at spaces unless that wastes half a row; those after the
    first begin with `lead`, which must leave room for some text.
    """
    rest, row, room = line.text(), None, width
    for left in range(MOST_ROWS - 1, -1, -1):
        whole = cell_len(rest.plain) <= room
        end = len(rest.plain) if whole else _end(rest.plain, room if left else room - 1, words=bool(left))
        part = rest[:end]
        part.rstrip()
        if not whole and not left:
            part.append(ELLIPSIS)
        yield part if row is None else row.append_text(part)
        if whole:
            return
        end += len(rest.plain[end:]) - len(rest.plain[end:].lstrip(" "))
        rest, row, room = rest[end:], lead.text(trailing=True), width - lead.used


def most_cells(width: int) -> int:
    """More cells than `fold` shows of any line: what lies beyond need not be looked at."""
    return width * (MOST_ROWS + 1)


def _end(plain: str, room: int, *, words: bool) -> int:
    """Where a row of so many cells ends."""
    head = chop_cells(plain[: (room + 1) * (MARKS_PER_BASE + 1)], room)[0]
    if not words or plain[len(head)] == " ":
        return len(head)
    space = head.rfind(" ")
    return space if space > len(head) // 2 else len(head)
