"""What is a secret by its form, whoever wrote it.

compose/otelcol/config.yaml masks by the same list what is sent to the stack; tests hold the two together.
"""

from __future__ import annotations

import re

_NAMES = r"(?:passw(?:or)?d|passphrase|secret|api[_-]?key|private[_-]?key|(?:access|refresh|id|auth|session)[_-]?token)"
_KNOWN_BY_THEIR_BEGINNING = (
    r"\beyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]*",
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|gh[opsru]_[A-Za-z0-9]{30,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16})",
)
#: Patterns that RE2 and Python read alike, and what takes the place of what they find; `\\1` is what stays.
MASKS = (
    (r"""(?i)((?:authorization|cookie)[\\"']*\s*[:=]\s*[\\"']*)[^"'\r\n]+""", r"\1****"),
    (r"(?i)\b((?:bearer|basic)\s+)[a-z0-9._~+/-]{16,}=*", r"\1****"),
    (rf"""(?i)({_NAMES}"?\s*[:=]\s*")(?:[^"\\]|\\.)*""", r"\1****"),
    (rf"""(?i)({_NAMES}[\\"']*\s*[:=]\s*[\\"']*)[^\s"',;&{{}}\[\]\\]+""", r"\1****"),
    (r"""(://[^/\s:@"']*:)[^/\s@"']+@""", r"\1****@"),
    ("|".join(_KNOWN_BY_THEIR_BEGINNING), "****"),
    (r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]+", r"\1****"),
)


def masked(text: str) -> str:
    """The text with stars for every secret that is known by its form; what has no such form stays."""
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text)
    return text
