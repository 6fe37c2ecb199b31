"""A message as words, with what varies by nature (numbers, IDs, times, addresses, quoted texts) masked.

Two messages with the same words are the same for everything that follows. Only the beginning of a message is looked at:
templates are told apart there, and a megabyte of text costs no more than a line.
"""

from __future__ import annotations

import re

#: Stands for what was masked.
MASKED = "‹*›"
#: Stands for a word that differs between the lines of a template.
VARIED = "‹·›"
#: Stands for any words at all.
ANY = "‹…›"
#: Of a message so many characters of its first line, and so many words of these, are looked at.
MOST_CHARS, MOST_WORDS = 400, 60

_UNIT = r"(?: ?(?:ns|us|µs|ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|B|bytes|[kKMG]i?B)\b)?"
#: A UUID; groups of hex with colons, as in addresses and times; a word with a digit, with its fraction and its unit.
_NUMBER = (
    r"[-+]?(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|[0-9a-fA-F]{1,4}(?:::?[0-9a-fA-F]{1,4}){2,7}\b"
    rf"|[^\W\d]*+\d\w*+(?:[.,]\d\w*+)*+%?{_UNIT})"
)
_IN_TEXT = re.compile(rf"""(?<!\w)(?:{_NUMBER}|"[^"]*"|'[^']*'(?!\w))""")
#: In JSON what stands before a colon is a name.
_IN_JSON = re.compile(rf"""(?<!\w)(?:{_NUMBER}|"(?!\s*[:,\]}}])[^"]*"(?!\s*:))""")


def shape_of(message: str) -> str:
    """The words of a message in one text, as `words_in` takes it apart."""
    head = message[:MOST_CHARS]
    if "\n" in head:
        head = head.lstrip().partition("\n")[0]
    mask = _IN_JSON if head[:1] in ("{", "[") else _IN_TEXT
    return mask.sub(MASKED, head)


def words_in(shape: str) -> tuple[str, ...]:
    """The words: what stands between spaces, and a name with its `=` apart from its value."""
    words = tuple(shape.replace("=", "= ").split())
    return words if len(words) <= MOST_WORDS else (*words[:MOST_WORDS], ANY)


def text_of(words: tuple[str, ...]) -> str:
    """Words as a person reads them, every kind of blank as `‹*›`."""
    shown = (MASKED if word in (VARIED, ANY) else word for word in words)
    return "".join(f"{word}{'' if len(word) > 1 and word.endswith('=') else ' '}" for word in shown).rstrip()
