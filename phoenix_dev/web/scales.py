"""Where values and times stand on a chart, and the round ones that are written beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.moment import in_utc
from phoenix_dev.model.unit import amount, plain

if TYPE_CHECKING:
    from phoenix_dev.model.course import Course
    from phoenix_dev.model.unit import Unit

_SECOND = 10**9
#: Distances of the times that are written (nanoseconds).
_STEPS_NS = tuple(
    number * unit * _SECOND
    for unit, numbers in (
        (1, (1, 2, 5, 10, 15, 30)),
        (60, (1, 2, 5, 10, 15, 30)),
        (3600, (1, 2, 3, 6, 12)),
        (86_400, (1, 2, 7)),
    )
    for number in numbers
)
#: Rates of less than one a second are read by the minute, and so on.
_RATES = ((1.0, "s"), (60.0, "min"), (3600.0, "h"))
_MOST_TIMES, _VALUES = 5, 4
#: How much of the scale stays free above the highest.
_AIR = 1.05
#: What is less is nothing, and what is more is at the top.
_LEAST, _MOST = 1e-12, 1e300
#: A bound so many times higher than all values would make them a line at the bottom.
_FAR = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A value or time that is written: where it stands, in percent from the left or the top."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class ValueScale:
    """From zero at the bottom to `top`. Values below zero stand at the bottom.

    `levels`: words for 0, 1, 2 …. `rate`: rates are written in this unit, so many times those a second.
    """

    top: float
    step: float
    unit: Unit
    levels: tuple[str, ...] = ()
    rate: tuple[float, str] = (1.0, "s")

    def at(self, value: float) -> float:
        """How far from the top, in percent."""
        return 100 * (1 - min(1.0, max(0.0, value / self.top)))

    def ticks(self) -> list[Tick]:
        """Round values, from the bottom to the top."""
        number = math.floor(self.top / self.step + 1e-9)
        return [
            Tick(f"{self.at(self.step * place):.2f}", self._label(self.step * place)) for place in range(number + 1)
        ]

    def _label(self, value: float) -> str:
        if self.levels:
            return self.levels[round(value)]
        if not value:
            return "0"
        if self.unit == "per_s":
            return f"{plain(value * self.rate[0])}/{self.rate[1]}"
        return plain(value) if self.unit == "count" else amount(value, self.unit)


def value_scale(course: Course) -> ValueScale:
    """A scale for all values of a course, and the bound that they would cross first unless that is far away."""
    values = [value for line in course.lines for value in line.values if value is not None]
    most = max([0.0, *values, *(one.value for one in course.exemplars)])
    bounds = sorted(bound.value for bound in course.bounds)
    first = (bounds[0] if course.above else bounds[-1]) if bounds else 0.0
    if first <= most * _FAR or not most:
        most = max(most, first)
    most = min(most, _MOST) if most > _LEAST else 0.0
    levels = ("no", "yes") if course.unit == "bool" else course.levels
    if levels:
        return ValueScale(len(levels) - 1.0, 1.0, course.unit, levels)
    if course.unit == "ratio" and 0.6 < most <= 1:
        return ValueScale(1.0, 0.25, course.unit)
    rate = next(one for one in _RATES if most * one[0] >= 1 or one[1] == "h")
    per = {"ratio": 100.0, "per_s": rate[0]}.get(course.unit, 1.0)
    step = _round(most * _AIR * per / _VALUES, whole=course.unit == "count") / per
    top = step * max(1, math.ceil(most * _AIR / step - 1e-9))
    return ValueScale(top, step, course.unit, rate=rate)


def time_ticks(first_ns: int, last_ns: int) -> list[Tick]:
    """Round times of UTC between two."""
    span = max(1, last_ns - first_ns)
    step = next(
        (one for one in _STEPS_NS if span // one <= _MOST_TIMES),
        _STEPS_NS[-1] * (1 + span // (_STEPS_NS[-1] * _MOST_TIMES)),
    )
    form = "%H:%M:%S" if step < 60 * _SECOND else "%H:%M" if span < 86_400 * _SECOND else "%m-%d %H:%M"
    times = range(-(-first_ns // step) * step, last_ns + 1, step)
    return [Tick(f"{100 * (time_ns - first_ns) / span:.2f}", in_utc(form, time_ns)) for time_ns in times]


def _round(value: float, *, whole: bool) -> float:
    """The next of 1, 2, 2.5, 5, 10 … that is at least a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    found = next(number for number in (1.0, 2.0, 2.5, 5.0, 10.0) if number * power >= value * (1 - 1e-9)) * power
    return max(1.0, math.ceil(found)) if whole else found
