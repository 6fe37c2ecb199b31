"""A line's text before anybody reads it: bytes to text, without the colours that were meant for a terminal, bounded."""

from __future__ import annotations

import re

#: Characters of a message; the collector of the real stack cuts there too (compose/otelcol/config.yaml).
LONGEST_MESSAGE = 256 * 1024
#: Bytes of a line; what is longer is cut before it is looked at.
LONGEST_LINE = 1024 * 1024

# Control sequences, strings (titles, hyperlinks), other escapes: ECMA-48, 5.4, 5.6, 8.3.89. The last branch takes an
# escape that begins nothing, so that what is left can never make up a new sequence.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ\\`-~])?")


def without_escapes(text: str) -> str:
    """A text without terminal escapes. No escape character is left in it."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def text_of_line(line: bytes) -> str:
    """A line's bytes, with or without its end, as text; what is no UTF-8 becomes U+FFFD."""
    return line.rstrip(b"\r\n").decode("utf-8", "replace")


def cut(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """A text of at most `longest` characters and a note that says how much there was."""
    return text if len(text) <= longest else f"{text[:longest]}… [cut: it had {len(text):,} characters]"
