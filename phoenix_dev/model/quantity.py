"""Durations, times and counts in the words that people read. Times are UTC throughout."""

from __future__ import annotations

import re

from phoenix_dev.model.amount import size as size
from phoenix_dev.model.moment import in_utc

_DAY = 86_400
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86400 * 10**9,
}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d)")
#: No duration is longer, 292 years: the nanoseconds of 63 bits.
_LONGEST_NS = 2**63 - 1


def duration(ns: int) -> str:
    """Nanoseconds in at most seven cells: `42 ns`, `310 µs`, `12.3 ms`, `1.24 s`, `2m 05s`, `3h 07m`, `12 d`."""
    for unit, per in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
        if ns < 999.5 * per:
            return f"{three_digits(ns / per)} {unit}"
    if ns < 59_950_000_000:
        return f"{three_digits(ns / 1_000_000_000)} s"
    seconds = (ns + 500_000_000) // 1_000_000_000
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60:02}s"
    if seconds < _DAY:
        return f"{seconds // 3600}h {seconds % 3600 // 60:02}m"
    return f"{seconds // _DAY} d"


def three_digits(value: float) -> str:
    """A number from 0 to 999 in three significant digits, without needless zeros."""
    places = 2 if value < 9.995 else 1 if value < 99.95 else 0
    shown = f"{value:.{places}f}"
    return shown.rstrip("0").rstrip(".") if places else shown


def rate(number: float, seconds: float) -> str:
    """So many in so long, in the unit that reads best: `12.3/s`, `4/min`, `2/h`."""
    for unit, per in (("s", 1), ("min", 60), ("h", 3600)):
        found = number * per / seconds
        if found >= 0.995 or unit == "h":
            return f"{three_digits(found)}/{unit}" if found < 999.5 else f"{found:,.0f}/{unit}"
    raise AssertionError("hours take everything")


def share(part: float) -> str:
    """0 to 1 in percent: `0 %`, `4.2 %`, `100 %`."""
    return f"{three_digits(100 * part)} %"


def count(number: int, noun: str) -> str:
    """`1 span`, `1,024 spans`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def clock(ns: int) -> str:
    """Time of day, `04:05:06.131`."""
    return f"{in_utc('%H:%M:%S', ns)}.{ns % 1_000_000_000 // 1_000_000:03}"


def day(ns: int) -> str:
    """`2026-10-05`."""
    return in_utc("%Y-%m-%d", ns)


def ago(ns: int) -> str:
    """How long ago, coarsely: `12 s ago`, `3 min ago`, `5 h ago`, `2 days ago`; `just now` below a second and for the
    future.
    """
    seconds = ns // 1_000_000_000
    if seconds < 1:
        return "just now"
    for per, limit, unit in ((1, 120, "s"), (60, 7200, "min"), (3600, 2 * _DAY, "h")):
        if seconds < limit:
            return f"{seconds // per} {unit} ago"
    return f"{seconds // _DAY} days ago"


def duration_ns(text: str) -> int | None:
    """`90s`, `1.5h`, `1h30m` in nanoseconds; None for anything else, and for more than 292 years."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    found = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return round(found) if found < _LONGEST_NS else None
