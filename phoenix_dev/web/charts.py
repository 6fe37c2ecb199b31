"""Courses as charts: lines in SVG, told apart by colour and pattern, and what is shown of them where one points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import clock, duration
from phoenix_dev.model.unit import amount, plain
from phoenix_dev.model.visible import visible
from phoenix_dev.web.hues import hue_of
from phoenix_dev.web.pointing import line_shown, shown_where_one_points
from phoenix_dev.web.scales import time_ticks, value_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.course import Course, CourseLine
    from phoenix_dev.model.series import Exemplar
    from phoenix_dev.web.scales import Tick, ValueScale

#: The picture's own units; it is stretched to the room there is.
WIDTH, HEIGHT = 1000, 1000
#: Patterns of lines: `.p0` and on in the style sheet.
_PATTERNS = 8
_NAME = 80


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line: its path, and beside its name the last value and (`worst`, in words) that nearest to the bad side."""

    name: str
    service: str
    hue: int
    pattern: int
    path: str
    last: str
    worst: str


@dataclass(frozen=True, slots=True)
class DrawnBound:
    """A bound: its height in percent from the top, and in the picture's units; these are empty above the scale."""

    severity: str
    at: str
    y: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """A single measurement, in percent from the left and the top."""

    x: str
    y: str
    trace_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A course, drawn. `data` is what a browser is told to show where one points."""

    key: str
    title: str
    description: str
    limits: str
    lines: tuple[DrawnLine, ...]
    bounds: tuple[DrawnBound, ...]
    points: tuple[Point, ...]
    values: list[Tick]
    times: list[Tick]
    left_out: int
    data: dict[str, object]


def drawn(course: Course) -> Chart:
    """A course as a chart."""
    scale = value_scale(course)
    first, last = course.times_ns[0], course.times_ns[-1]
    lines = tuple(_line(line, place, course, scale) for place, line in enumerate(course.lines))
    points = tuple(_points(course, scale))
    return Chart(
        key=course.key,
        title=course.title,
        description=course.description,
        limits=", ".join(_bound_words(bound.severity, bound.value, course) for bound in course.bounds),
        lines=lines,
        bounds=tuple(_bounds(course, scale)),
        points=points,
        values=scale.ticks(),
        times=time_ticks(first, last),
        left_out=course.left_out,
        data=_data(course, lines, points, scale),
    )


def shown(value: float | None, course: Course) -> str:
    """A value as it is written; `–` for none."""
    if value is None:
        return "–"
    if course.levels:
        return course.levels[min(len(course.levels) - 1, max(0, round(value)))]
    return plain(value) if course.unit == "count" else amount(value, course.unit)


def _line(line: CourseLine, place: int, course: Course, scale: ValueScale) -> DrawnLine:
    return DrawnLine(
        name=line.name,
        service=line.service,
        hue=hue_of(line.service or line.name),
        pattern=place % _PATTERNS,
        path=" ".join(_pieces(line.values, scale)),
        last=shown(line.values[-1], course),
        worst=_worst(line, course),
    )


def _worst(line: CourseLine, course: Course) -> str:
    known = [value for value in line.values if value is not None]
    if not known or course.levels or course.unit == "bool":
        return ""
    return f"most {shown(max(known), course)}" if course.above else f"least {shown(min(known), course)}"


def _pieces(values: Sequence[float | None], scale: ValueScale) -> Iterator[str]:
    """A path with a gap where there is no value; a single value is a dot."""
    across = WIDTH / max(1, len(values) - 1)
    begun = False
    for place, value in enumerate(values):
        if value is None:
            begun = False
            continue
        x, y = f"{across * place:.1f}", f"{scale.at(value) * HEIGHT / 100:.1f}"
        yield f"L{x} {y}" if begun else f"M{x} {y}h0"
        begun = True


def _bounds(course: Course, scale: ValueScale) -> Iterator[DrawnBound]:
    """Those within the scale, and what is the next above it in words alone. Yes and no have none between them."""
    if course.unit == "bool":
        return
    beyond = sorted(bound.value for bound in course.bounds if bound.value > scale.top)
    for bound in course.bounds:
        words = f"{bound.severity} {shown(bound.value, course)}"
        if 0 < bound.value <= scale.top:
            at = scale.at(bound.value)
            yield DrawnBound(bound.severity, f"{at:.2f}", f"{at * HEIGHT / 100:.1f}", words)
        elif beyond[:1] == [bound.value] and not any(0 < one.value <= scale.top for one in course.bounds):
            yield DrawnBound(bound.severity, "0", "", f"{words} ↑")


def _bound_words(severity: str, value: float, course: Course) -> str:
    if course.unit == "bool":
        return f"{severity} when {'yes' if course.above else 'no'}"
    return f"{severity} {'above' if course.above else 'below'} {shown(value, course)}"


def _points(course: Course, scale: ValueScale) -> Iterator[Point]:
    first, last = course.times_ns[0], course.times_ns[-1]
    for one in course.exemplars:
        if first <= one.time_ns <= last:
            x = 100 * (one.time_ns - first) / max(1, last - first)
            yield Point(f"{x:.2f}", f"{scale.at(one.value):.2f}", one.trace_id, _point_words(one))


def _point_words(one: Exemplar) -> str:
    parts = (one.labels.get("service_name", ""), one.labels.get("span_name", ""))
    what = " ".join(part[:_NAME] for part in parts if part)
    return f"{what} {duration(max(0, round(one.value * 1e9)))} at {clock(one.time_ns)}".strip()


def _data(course: Course, lines: Sequence[DrawnLine], points: Sequence[Point], scale: ValueScale) -> dict[str, object]:
    drawn_lines = (
        line_shown(
            drawn_line.name[:_NAME],
            drawn_line.hue,
            [None if value is None else shown(value, course) for value in line.values],
            [None if value is None else round(scale.at(value), 1) for value in line.values],
        )
        for line, drawn_line in zip(course.lines, lines, strict=True)
    )
    single = ({"x": float(point.x), "trace": point.trace_id, "words": visible(point.words)} for point in points)
    return shown_where_one_points(course.times_ns, drawn_lines, single)
