"""Telemetry made safe for a terminal: the invisible is shown as an escape, what is too long is cut by terminal cells.

Every string that came from outside passes `escape` or `fit` before it is printed. A literal backslash is not doubled: a
path or a regular expression reads as it was sent, at the price that a sent `\\n` (two characters) looks like a sent
line feed; `--json` tells them apart. Both functions may be applied twice without harm.
"""

from __future__ import annotations

from rich.cells import cell_len, get_character_cell_size

from phoenix_dev.model.visible import MARKS_PER_BASE as MARKS_PER_BASE
from phoenix_dev.model.visible import is_mark, visible

ELLIPSIS = "…"


def escape(text: str) -> str:
    """Any string as printable characters only: controls, bidi and other format characters, separators, surrogates,
    private and unassigned code points become `\\n`, `\\x1b`, `\\u202e` and the like, and so do combining marks without
    a base or beyond MARKS_PER_BASE.
    """
    return visible(text, _is_mark)


def fit(text: str, width: int) -> str:
    """`text` escaped, and cut with `…` beyond `width` terminal cells; only as much as can be shown is looked at."""
    if width <= 0:
        return ""
    most = (width + 1) * (MARKS_PER_BASE + 1)
    shown = escape(text[:most])
    if len(text) <= most and cell_len(shown) <= width:
        return shown
    return _cut(shown, width - 1) + ELLIPSIS


def pad(text: str, width: int) -> str:
    """`fit`, filled up with spaces to exactly `width` cells."""
    shown = fit(text, width)
    return shown + " " * (width - cell_len(shown))


def wrap(text: str, width: int, most: int) -> list[str]:
    """`text` escaped, in at most `most` lines of `width` cells, broken at spaces unless that wastes half a line."""
    rest = escape(text[: (width + 1) * (MARKS_PER_BASE + 1) * most])
    lines: list[str] = []
    while len(lines) < most - 1 and cell_len(rest) > width:
        head = _cut(rest, width)
        space = head.rfind(" ")
        # In cells: marks take no room, and where a line is broken is not theirs to change.
        head = head[:space] if space > 0 and 2 * cell_len(head[:space]) > cell_len(head) else head
        lines.append(head)
        rest = rest[len(head) :].lstrip(" ")
    return [*lines, fit(rest, width)]


def _cut(shown: str, width: int) -> str:
    """The longest beginning that takes at most `width` cells."""
    end = min(len(shown), width * (MARKS_PER_BASE + 1))
    low = 0
    while low < end:
        middle = (low + end + 1) // 2
        low, end = (middle, end) if cell_len(shown[:middle]) <= width else (low, middle - 1)
    return shown[:low]


def _is_mark(char: str) -> bool:
    return is_mark(char) or (char > "\u02ff" and get_character_cell_size(char) == 0)
