"""A moment, Unix nanoseconds, as text."""

from __future__ import annotations

import time


def rfc3339(ns: int, digits: int = 9) -> str:
    """`2026-10-05T04:05:06.131000000Z` (RFC 3339, section 5.6), always in UTC, always with as many digits."""
    fraction = f"{ns % 1_000_000_000:09}"[:digits]
    return f"{in_utc('%Y-%m-%dT%H:%M:%S', ns)}.{fraction}Z"


def in_utc(form: str, ns: int) -> str:
    """A moment's date and time of day in the words of strftime(3)."""
    moment = time.gmtime(ns // 1_000_000_000)
    # %Y is not padded by every C library
    return time.strftime(form.replace("%Y", f"{moment.tm_year:04}"), moment)
