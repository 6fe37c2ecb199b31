"""Texts between double quotes, as Go reads them: PromQL, LogQL.

A lone surrogate, which no query can carry, becomes U+FFFD, as it did when the telemetry was received.
"""

from __future__ import annotations

import re

#: What must not stand as itself between double quotes. All but plain ASCII is spelt: the lexers of both languages
#: refuse some characters even inside a text (NUL, a byte order mark).
_SPELT = re.compile(r"[^ !#-\[\]-~]")


def quoted(value: str) -> str:
    """A value as a text of PromQL or LogQL, quotes and all (Go's string literals; Prometheus, "String literals")."""
    return f'"{_SPELT.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in '"\\':
        return "\\" + char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return "\\ufffd"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
