"""Units of what is measured, and numbers in them as people read them."""

from __future__ import annotations

import math
from typing import Literal

from phoenix_dev.model.amount import size
from phoenix_dev.model.quantity import duration, rate, share, three_digits

#: "ratio" is 0 to 1; "s" seconds; "count" a number of things; "per_s" things a second; "bool" 1 for yes, 0 for no.
Unit = Literal["ratio", "s", "count", "per_s", "bytes", "bool"]
_LARGE = (("k", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12))
#: No duration is longer: 292 years, the nanoseconds of 63 bits.
_LONGEST_S = 9.2e9


def amount(value: float, unit: Unit) -> str:
    """A number in at most nine cells: `12.3 %`, `310 ms`, `1,204`, `2.5/s`, `41 MB`, `yes`; `–` for none (NaN)."""
    if math.isnan(value):
        return "–"
    if math.isinf(value) or value < 0:
        return plain(value)
    match unit:
        case "ratio":
            return share(value) if value < 9.995 else f"{plain(100 * value)} %"
        case "s":
            return duration(round(min(value, _LONGEST_S) * 1e9))
        case "per_s":
            return rate(value, 1) if value < 1e6 else f"{plain(value)}/s"
        case "bytes":
            return size(round(value)) if value < 1e15 else f"{plain(value)} B"
        case "bool":
            return "yes" if value else "no"
        case "count":
            return plain(value)


def plain(value: float) -> str:
    """Any number in at most nine cells: `0.001`, `42.5`, `1,204`, `2.15 M`, `−3`, `1e-09`, `+Inf`, `NaN`."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    sign, number = "−" if value < 0 else "", abs(value)
    if number < 10**6 and number == math.trunc(number):
        return f"{sign}{number:,.0f}"
    if number < 0.01 or number >= 999.5e12:
        return f"{sign}{number:.3g}"
    if number < 999.5:
        return sign + (three_digits(number) if number >= 1 else f"{number:.3g}")
    if number < 99_999.5:
        return f"{sign}{number:,.0f}"
    suffix, per = next((suffix, per) for suffix, per in _LARGE if number < 999.5 * per)
    return f"{sign}{three_digits(number / per)} {suffix}"
