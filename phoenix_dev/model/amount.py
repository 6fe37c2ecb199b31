"""Amounts in the words that people read."""

from __future__ import annotations


def size(number: int) -> str:
    """Bytes in at most seven cells, in powers of 1000: `12 B`, `1.2 kB`, `350 MB`."""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 99.95 and unit != "B" else f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
