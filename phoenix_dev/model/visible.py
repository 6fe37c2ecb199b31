"""Any text with nothing hidden in it: what no one would see, or what would change how the rest is seen, as an escape.

A literal backslash is not doubled: a path or a regular expression reads as it was sent, at the price that a sent `\\n`
(two characters) looks like a sent line feed. Escaping twice does no harm.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Combining marks that one base character may carry; more of them would paint over the neighbouring lines.
MARKS_PER_BASE = 4

_NAMED = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0B: "\\v", 0x0C: "\\f", 0x0D: "\\r"}
#: Blank or invisible although their category says letter or mark: Hangul fillers, grapheme joiner, Mongolian and
#: ideographic selectors.
_BLANK = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, 0xFFA0, *range(0xE0100, 0xE01F0)}

#: Skin tones. Some terminals tint the emoji before them, others print a square of two cells: with them nobody knows how
#: long a line gets.
_MODIFIERS = range(0x1F3FB, 0x1F400)


def is_mark(char: str) -> bool:
    """Whether a character sits on the one before it, by its category."""
    return char > "\u02ff" and unicodedata.category(char)[0] == "M"


def visible(text: str, is_mark: Callable[[str], bool] = is_mark, *, lines: bool = False) -> str:
    """Any string as printable characters only: controls, bidi and other format characters, separators, surrogates,
    private and unassigned code points become `\\n`, `\\x1b`, `\\u202e` and the like, and so do combining marks without
    a base or beyond MARKS_PER_BASE. With `lines` line feeds and tabs stay.
    """
    if text.isascii():
        return text if text.isprintable() else text.translate(_IN_LINES if lines else _SHOWN)
    shown = text.translate(_IN_LINES if lines else _SHOWN)
    return _bounded_marks(shown, is_mark) if any(map(is_mark, set(shown))) else shown


class _Shown(dict[int, str | int]):
    """What each code point is shown as, found once (`str.translate` asks for the missing ones)."""

    def __missing__(self, code: int) -> str | int:
        shown = _escaped(code) if _is_hidden(code) else code
        if code < 0x3000:
            self[code] = shown
        return shown


_SHOWN = _Shown()
_IN_LINES = _Shown({0x09: 0x09, 0x0A: 0x0A})


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


def _bounded_marks(text: str, is_mark: Callable[[str], bool]) -> str:
    kept: list[str] = []
    marks = MARKS_PER_BASE  # none may stand first: it would sit on whatever is printed before
    for char in text:
        if not is_mark(char):
            marks = 0
        elif marks >= MARKS_PER_BASE:
            char = _escaped(ord(char))
            # what follows would sit on the escape's last digit: keep the count full
        else:
            marks += 1
        kept.append(char)
    return "".join(kept)
