"""Arithmetic on floats as Prometheus' language (Go) has it: nothing raises, what has no value is NaN or infinite."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NAN = math.nan


def divided(a: float, b: float) -> float:
    """a / b."""
    try:
        return a / b
    except ZeroDivisionError:
        return NAN if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1, b)


def remainder(a: float, b: float) -> float:
    """The remainder of a / b, with the sign of a."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return NAN


def power(a: float, b: float) -> float:
    """a to the power of b."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
    except ValueError:  # a root of something negative, or one by nothing
        if a != 0:
            return NAN
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf


def guarded(function: Callable[[float], float], poles: Mapping[float, float] | None = None) -> Callable[[float], float]:
    """A function of the math module that gives NaN outside its domain, and at its poles what these say. Where its value
    is too large it is infinite, of the argument's sign: what grows so fast is odd (sinh) or does so for positive ones.
    """
    poles = poles or {}

    def called(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return poles.get(value, NAN)
        except OverflowError:
            return math.inf if function is math.cosh else math.copysign(math.inf, value)

    return called


def smallest(a: float, b: float) -> float:
    """The smaller one; NaN when either is, unless the other is minus infinity."""
    if -math.inf in (a, b):
        return -math.inf
    return NAN if a != a or b != b else min(a, b)


def largest(a: float, b: float) -> float:
    """The larger one; NaN when either is, unless the other is infinite."""
    if math.inf in (a, b):
        return math.inf
    return NAN if a != a or b != b else max(a, b)


def increased(value: float, total: float, rest: float) -> tuple[float, float]:
    """A running sum and what rounding has left out of it so far, with one value more (Neumaier's summation)."""
    sum_ = total + value
    if math.isinf(sum_):
        return sum_, 0.0
    if abs(total) >= abs(value):
        return sum_, rest + ((total - sum_) + value)
    return sum_, rest + ((value - sum_) + total)


def total(values: Iterable[float]) -> float:
    """The sum, as exact as a float can be."""
    values = list(values)
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):  # beyond the largest float, or infinities of both signs
        sum_, rest = 0.0, 0.0
        for value in values:
            sum_, rest = increased(value, sum_, rest)
        return sum_ if math.isinf(sum_) else sum_ + rest


def mean(values: Sequence[float]) -> float:
    """The average, also of values whose sum is beyond the largest float."""
    try:
        return math.fsum(values) / len(values)
    except (OverflowError, ValueError):
        return _gradual_mean(values)


def _gradual_mean(values: Sequence[float]) -> float:
    sum_, rest, gradual, average = values[0], 0.0, False, 0.0
    for count, value in enumerate(values[1:], 2):
        if not gradual:
            following = increased(value, sum_, rest)
            if not math.isinf(following[0]):
                sum_, rest = following
                continue
            gradual, average, rest = True, sum_ / (count - 1), rest / (count - 1)
        share = (count - 1) / count
        average, rest = increased(value / count, share * average, share * rest)
    return average + rest if gradual else sum_ / len(values) + rest / len(values)


def lowest(values: Sequence[float]) -> float:
    """The smallest of at least one value; NaN only when there is nothing else."""
    found = min(values)
    if found == found and values[0] == values[0]:
        return found
    return min((value for value in values if value == value), default=NAN)


def highest(values: Sequence[float]) -> float:
    """The largest of at least one value; NaN only when there is nothing else."""
    found = max(values)
    if found == found and values[0] == values[0]:
        return found
    return max((value for value in values if value == value), default=NAN)


def variance(values: Sequence[float]) -> float:
    """The mean square deviation of at least one value (Welford's method, with Neumaier's summation)."""
    average = average_rest = squares = squares_rest = 0.0
    for count, value in enumerate(values, 1):
        delta = value - (average + average_rest)
        average, average_rest = increased(delta / count, average, average_rest)
        squares, squares_rest = increased(delta * (value - (average + average_rest)), squares, squares_rest)
    return (squares + squares_rest) / len(values)


def quantile(q: float, values: Iterable[float]) -> float:
    """The value below which the share q of some values lies, between two of them in proportion. NaN counts as less than
    any number.
    """
    ordered = sorted(values, key=lambda value: (value == value, value))
    if not ordered or q != q:
        return NAN
    if not 0 <= q <= 1:
        return math.copysign(math.inf, q)
    rank = q * (len(ordered) - 1)
    low = math.floor(rank)
    weight = rank - low
    if weight == 0:
        return ordered[low]
    return ordered[low] * (1 - weight) + ordered[min(len(ordered) - 1, low + 1)] * weight


def number_text(number: float) -> str:
    """A number in decimal digits, without an exponent."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else f"{'+' if number > 0 else '-'}Inf"
    digits, _, exponent = repr(number).partition("e")
    if not exponent:
        return digits.removesuffix(".0")
    from decimal import Decimal

    return f"{Decimal(repr(number)):f}"
