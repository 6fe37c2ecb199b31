"""What is drawn over time: lines, the bounds that they should not cross, and single measurements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_dev.model.alert import Severity
    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.model.unit import Unit


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A value at each time of its course, None where there is none. `service` is whose it is; empty: of none alone."""

    name: str
    service: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class CourseBound:
    """From where on a severity's alert is on its way."""

    severity: Severity
    value: float


@dataclass(frozen=True, slots=True)
class Course:
    """Lines over `times_ns` (Unix nanoseconds, equal steps). `above`: values above the bounds are the bad ones.

    `left_out` counts the lines that there is no room for: they matter least. `levels` are the words for the values 0,
    1, 2 …, where there are no others.
    """

    key: str
    title: str
    description: str
    unit: Unit
    times_ns: tuple[int, ...]
    lines: tuple[CourseLine, ...]
    bounds: tuple[CourseBound, ...] = ()
    above: bool = True
    left_out: int = 0
    exemplars: tuple[Exemplar, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CourseSection:
    """Courses under a heading."""

    title: str
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class Courses:
    """All that is drawn of one service or (empty) of all. `troubles`: what could not be evaluated, and why."""

    service: str
    since_ns: int
    until_ns: int
    times_ns: tuple[int, ...]
    sections: tuple[CourseSection, ...]
    troubles: tuple[str, ...] = ()
