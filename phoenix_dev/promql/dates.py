"""Parts of a time in UTC, from Unix seconds; of any year, which Python's datetime is not. Of what is no time they are
NaN (where Prometheus gives what its processor makes of such a number).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DAYS_OF_400_YEARS = 146_097
_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970 (proleptic Gregorian calendar)."""
    era, of_era = divmod(days + 719_468, _DAYS_OF_400_YEARS)  # 719,468 days from March 1st of year 0 on
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153  # March is 0
    day = of_year - (153 * month + 2) // 5 + 1
    return year + 400 * era + (month > 9), (month + 2) % 12 + 1, day


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in_month(days: int) -> int:
    year, month, _ = _civil(days)
    if month == 2:
        return 29 if _is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _day_of_year(days: int) -> int:
    year, month, day = _civil(days)
    return _DAYS_BEFORE_MONTH[month - 1] + day + (month > 2 and _is_leap(year))


def _of_day(function: Callable[[int], int]) -> Callable[[float], float]:
    return lambda seconds: float(function(int(seconds) // 86_400)) if math.isfinite(seconds) else math.nan


def _of_second(function: Callable[[int], int]) -> Callable[[float], float]:
    return lambda seconds: float(function(int(seconds) % 86_400)) if math.isfinite(seconds) else math.nan


DATE_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "minute": _of_second(lambda second: second // 60 % 60),
    "hour": _of_second(lambda second: second // 3600),
    "day_of_week": _of_day(lambda days: (days + 4) % 7),  # 1970 began on a Thursday; Sunday is 0
    "day_of_month": _of_day(lambda days: _civil(days)[2]),
    "day_of_year": _of_day(_day_of_year),
    "days_in_month": _of_day(_days_in_month),
    "month": _of_day(lambda days: _civil(days)[1]),
    "year": _of_day(lambda days: _civil(days)[0]),
}
