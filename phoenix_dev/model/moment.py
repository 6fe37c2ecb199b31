"""A moment, Unix nanoseconds, as text."""

from __future__ import annotations

import re
import time

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def rfc3339(ns: int, digits: int = 9) -> str:
    """`2026-10-05T04:05:06.131000000Z` (RFC 3339, section 5.6), always in UTC, always with as many digits."""
    fraction = f"{ns % 1_000_000_000:09}"[:digits]
    return f"{in_utc('%Y-%m-%dT%H:%M:%S', ns)}.{fraction}Z"


def in_utc(form: str, ns: int) -> str:
    """A moment's date and time of day in the words of strftime(3)."""
    moment = time.gmtime(ns // 1_000_000_000)
    # %Y is not padded by every C library
    return time.strftime(form.replace("%Y", f"{moment.tm_year:04}"), moment)


def of_rfc3339(text: str) -> int:
    """Unix nanoseconds of `2026-10-05T04:05:06.131Z`, with any offset and any number of digits. Raises ValueError."""
    from datetime import datetime

    found = _RFC3339.fullmatch(text)
    if not found:
        raise ValueError(f"'{text}' is no time as in RFC 3339")
    whole = datetime.fromisoformat(found[1] + ("+00:00" if found[3] in "Zz" else found[3]))
    return int(whole.timestamp()) * 10**9 + int((found[2] or "").ljust(9, "0")[:9])
