"""The ways in which loggers write a moment → Unix nanoseconds.

The standard library keeps microseconds at most and dateutil takes 60 µs a line, so the usual forms are read here, with
the second remembered: lines come in bursts.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_SECOND = 1_000_000_000
#: Where int64 ends, in the year 2262.
_LAST = 2**63

#: RFC 3339 and what is near it: a blank or `T`, a dot or a comma, a zone or none.
FULL = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,12})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d\b))?"
_FULL = re.compile(
    r"(\d{4}[-/]\d\d[-/]\d\d[Tt ]\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?\s?(Z|z|UTC|GMT|[+-]\d\d:?\d\d)?", re.ASCII
)
#: As Apache's and nginx's access logs have it: `02/Jan/2026:03:04:05 +0000`.
ACCESS = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
_NUMBER = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}


def time_of_text(text: str) -> int:
    """A moment as text; 0 for what is none. One without a zone is in this machine's (Python's logging, log4j)."""
    found = _FULL.fullmatch(text)
    if found is None:
        number = _NUMBER.fullmatch(text)
        return time_of_number(float(text) if number and "." in text else int(text)) if number else _access(text)
    second, fraction, zone = found.groups()
    begun = _second(second, zone or "")
    return begun + int(fraction[:9].ljust(9, "0")) if fraction and begun else begun


def time_of_number(number: float) -> int:
    """A moment as seconds, milli-, micro- or nanoseconds since 1970, by its size; 0 for what is before 1973 or after
    2262.
    """
    # bools are numbers to Python, NaN and infinities to JSON's reader
    if isinstance(number, bool) or not 1e8 <= number < 1e19:
        return 0
    scale = next(scale for limit, scale in _SCALES if number < limit)
    # A float of seconds is exact to 0.2 µs
    ns = number * scale if isinstance(number, int) else round(number * scale / 1000) * 1000
    return ns if ns < _LAST else 0


_SCALES = ((1e11, _SECOND), (1e14, 1_000_000), (1e17, 1000), (1e20, 1))


def time_without_year(month: int, day: int, clock: str, fraction: str = "") -> int:
    """The latest moment of that date that is not a day ahead, local time (klog, syslog); 0 for what is none."""
    year = time.localtime().tm_year
    for candidate in (year, year - 1):
        ns = _second(f"{candidate:04}-{month:02}-{day:02} {clock}", "")
        if ns and ns < time.time_ns() + 86_400 * _SECOND:
            return ns + int(fraction[:9].ljust(9, "0") if fraction else 0)
    return 0


def month_of(name: str) -> int:
    """1 to 12 for `Jan` to `Dec`, 0 for what is none."""
    return _MONTHS.get(name, 0)


def forget() -> None:
    """Forget what was remembered: this machine's zone has changed."""
    _second.cache_clear()


def _access(text: str) -> int:
    try:
        day, month, rest = text.split("/")
        year, _, clock = rest.partition(":")
        clock, _, zone = clock.partition(" ")
        return _second(f"{year}-{_MONTHS[month]:02}-{day} {clock}", zone)
    except (ValueError, KeyError):
        return 0


_FIELDS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))


@lru_cache(maxsize=1024)
def _second(text: str, zone: str) -> int:
    """`2026-01-02T03:04:05` in a zone; 0 when there is no such moment."""
    try:
        year, month, day, hour, minute, second = (int(text[at:end]) for at, end in _FIELDS)
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(zone) if zone else None)
        ns = (int(moment.timestamp()) + (second == 60)) * _SECOND  # a leap second
    except (ValueError, OverflowError, OSError):
        return 0
    return ns if 0 < ns < _LAST else 0


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
