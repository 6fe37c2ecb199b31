"""What is asked, as SQLite can hold it: whatever was kept could be held, so nothing is found that should not be."""

from __future__ import annotations

LAST = 2**63 - 1
"""The largest number of a column, and so the last time."""


def number(asked: int) -> int:
    """The nearest number of 64 bits."""
    return max(-LAST - 1, min(asked, LAST))


def text(asked: str) -> str:
    """The text as it would have been kept: a lone surrogate became U+FFFD when it was received."""
    return asked.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
