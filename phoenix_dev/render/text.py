"""Telemetry made safe for a terminal: the invisible is shown as an escape, what is too long is cut by terminal cells.

Every string that came from outside passes `escape` or `fit` before it is printed. A literal backslash is not doubled: a
path or a regular expression reads as it was sent, at the price that a sent `\\n` (two characters) looks like a sent
line feed; `--json` tells them apart. Both functions may be applied twice without harm.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS = "…"

#: Combining marks that one base character may carry; more of them would paint over the neighbouring lines.
MARKS_PER_BASE = 4

_NAMED = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0B: "\\v", 0x0C: "\\f", 0x0D: "\\r"}
#: Blank or invisible although their category says letter or mark: Hangul fillers, grapheme joiner, Mongolian and
#: ideographic selectors.
_BLANK = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, 0xFFA0, *range(0xE0100, 0xE01F0)}

#: Skin tones. Some terminals tint the emoji before them, others print a square of two cells: with them nobody knows how
#: long a line gets.
_MODIFIERS = range(0x1F3FB, 0x1F400)


def escape(text: str) -> str:
    """Any string as printable characters only: controls, bidi and other format characters, separators, surrogates,
    private and unassigned code points become `\\n`, `\\x1b`, `\\u202e` and the like, and so do combining marks without
    a base or beyond MARKS_PER_BASE.
    """
    if text.isascii():
        return text if text.isprintable() else text.translate(_SHOWN)
    shown = text.translate(_SHOWN)
    return _bounded_marks(shown) if any(map(_is_mark, set(shown))) else shown


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
        head = head[:space] if space > len(head) // 2 else head
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


class _Shown(dict[int, str | int]):
    """What each code point is shown as, found once (`str.translate` asks for the missing ones)."""

    def __missing__(self, code: int) -> str | int:
        shown = _escaped(code) if _is_hidden(code) else code
        if code < 0x3000:
            self[code] = shown
        return shown


_SHOWN = _Shown()


def _is_hidden(code: int) -> bool:
    char = chr(code)
    if char.isprintable():
        return code in _BLANK or code in _MODIFIERS
    return unicodedata.category(char) != "Zs"


def _escaped(code: int) -> str:
    if code in _NAMED:
        return _NAMED[code]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_mark(char: str) -> bool:
    return char > "\u02ff" and (unicodedata.category(char)[0] == "M" or get_character_cell_size(char) == 0)


def _bounded_marks(text: str) -> str:
    kept: list[str] = []
    marks = MARKS_PER_BASE  # none may stand first: it would sit on whatever is printed before
    for char in text:
        if not _is_mark(char):
            marks = 0
        elif marks >= MARKS_PER_BASE:
            char = _escaped(ord(char))
            # what follows would sit on the escape's last digit: keep the count full
        else:
            marks += 1
        kept.append(char)
    return "".join(kept)
