"""What the page draws over time: requests, what services use, and each indicator with its bounds."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.errors import UsageError
from phoenix_dev.model.course import Course, CourseBound, CourseLine, Courses, CourseSection
from phoenix_dev.signals import names
from phoenix_dev.signals.durations import filled as timed
from phoenix_dev.signals.figures import OF_ALL, OF_ONE, SERVICES, filled
from phoenix_dev.signals.rules import bound_of, indicators
from phoenix_dev.usecases.metrics import read_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phoenix_dev.model.figures import FigureGroup, Figures
    from phoenix_dev.model.series import Exemplar, Series
    from phoenix_dev.model.unit import Unit
    from phoenix_dev.signals.figures import QuestionGroup
    from phoenix_dev.signals.indicator import Indicator
    from phoenix_dev.signals.tuning import Tuning
    from phoenix_dev.stores import Stores

#: Steps of what is drawn: as many as are told apart on a narrow chart.
STEPS = 90
#: Lines of one chart, and single measurements on it.
_MOST_LINES, _MOST_EXEMPLARS = 8, 40
#: Which indicator has the bounds of a figure of the services; it is drawn with that and not again.
_BOUNDS_OF = {"error": "service_error_rate", "p95": "api_latency_p95"}
#: What is drawn of each group of figures: the figures of one chart, its title, and what it tells.
_REQUESTS = (
    (("rate",), "Requests", "Requests that were answered, a second."),
    (("error",), "Failed", "The part of the requests that failed."),
)
_P95 = (("p95",), "Duration, p95", "19 of 20 took no longer. A point is a single request: it leads to its trace.")
_DURATIONS = (
    ("p50", "p95", "p99"),
    "Durations",
    "Half, 19 of 20 and 99 of 100 requests took no longer. A point is a single request: it leads to its trace.",
)
_USED = (
    (("rate",), "calls", "How often each was called, a second."),
    (("p95",), "duration, p95", "19 of 20 calls took no longer."),
)
_DRAWN = {
    "endpoints": ((("rate",), "Requests by endpoint", "Requests to each endpoint, a second."), _P95),
    "llm": _USED,
    "tools": _USED,
    "knowledge_bases": _USED,
    "caches": ((("hit",), "hits", "The part of the requests that each could answer."),),
    "breakers": ((("state",), "state", "Open: calls fail at once, without being made."),),
    "processes": (
        (("cpu",), "CPU", "What each service's processes take of a processor."),
        (("memory",), "Memory", "What each service's processes hold."),
    ),
}
#: What services use is drawn together, each with its kind in the title.
_KINDS = {
    "llm": "Models",
    "tools": "Tools",
    "knowledge_bases": "Knowledge bases",
    "caches": "Caches",
    "breakers": "Circuit breakers",
}
_USES, _TITLES = "What services use", {"services": "Requests", "endpoints": "Endpoints", "processes": "Processes"}
_HEADINGS = {"services": "Indicators of services", "hosts": "Machines", "stack": "The stack", "own": "Of your own"}
_LEVELS = {"state": ("closed", "half open", "open")}


def read_courses(stores: Stores, service: str, since_ns: int, until_ns: int, tuning: Tuning) -> Courses:
    """Everything that can be drawn of a service, or (empty) of all."""
    groups = [_drawn(group, service) for group in ((SERVICES, *OF_ONE) if service else OF_ALL)]
    figures = read_figures(stores, service, since_ns, until_ns, groups=groups, steps=STEPS, whole=False)
    bounds = {one.name: _bounds(one, tuning) for one in indicators(tuning)}
    exemplars = _exemplars(stores, service, figures)
    sections: dict[str, list[Course]] = {}
    for group in figures.groups:
        drawn = _of_group(figures, group, bounds)
        sections.setdefault(_TITLES.get(group.key, _USES), []).extend(_with_exemplars(drawn, exemplars))
    troubles = []
    for one in _to_draw(tuning, service):
        try:
            sections.setdefault(_HEADINGS.get(one.group, one.group), []).append(
                _of_indicator(stores, one, service, figures, tuning)
            )
        except UsageError as error:
            troubles.append(f"{one.title}: {error.message}")
    kept = ((title, tuple(one for one in courses if one.lines)) for title, courses in sections.items())
    found = tuple(CourseSection(title, courses) for title, courses in kept if courses)
    return Courses(service, figures.since_ns, figures.until_ns, figures.times_ns, found, tuple(troubles))


def _charts(group: str, service: str) -> Sequence[tuple[tuple[str, ...], str, str]]:
    """The figures of each chart of a group, its title, and what it tells."""
    return (*_REQUESTS, _DURATIONS if service else _P95) if group == "services" else _DRAWN[group]


def _drawn(group: QuestionGroup, service: str) -> QuestionGroup:
    """A group with those of its questions whose answers are drawn."""
    wanted = {key for keys, _, _ in _charts(group.key, service) for key in keys}
    return replace(group, questions=tuple(question for question in group.questions if question.key in wanted))


def _of_group(figures: Figures, group: FigureGroup, bounds: dict[str, tuple[CourseBound, ...]]) -> Iterator[Course]:
    """The charts of a group of figures."""
    kind = _KINDS.get(group.key, "")
    for keys, title, description in _charts(group.key, figures.service):
        several = len(keys) > 1
        lines = tuple(
            CourseLine(key if several else row.name, row.labels.get("service_name", figures.service), row.course(key))
            for row in group.rows
            for key in keys
        )
        units = (row.figures[key].unit for row in group.rows for key in keys if key in row.figures)
        unit: Unit = next(units, "count")
        limits = next((bounds[_BOUNDS_OF[key]] for key in keys if key in _BOUNDS_OF), ())
        yield _bounded(
            Course(
                key=f"{group.key}-{keys[-1]}",
                title=f"{kind}: {title}" if kind else title,
                description=description,
                unit=unit,
                times_ns=figures.times_ns,
                lines=lines,
                bounds=limits if group.key == "services" else (),
                levels=_LEVELS.get(keys[0], ()),
            ),
            keep_order=several,
        )


def _bounded(course: Course, *, keep_order: bool = False) -> Course:
    """The same with the lines that matter most, as many as can be told apart; lines without any value are none."""
    lines = [line for line in course.lines if any(value is not None for value in line.values)]
    if len(lines) > _MOST_LINES and not keep_order:
        lines.sort(key=lambda line: _worst(line, course), reverse=course.above)
    shown = lines[:_MOST_LINES]
    order = {id(line): place for place, line in enumerate(course.lines)}
    shown.sort(key=lambda line: order[id(line)])
    return replace(course, lines=tuple(shown), left_out=len(lines) - len(shown))


def _worst(line: CourseLine, course: Course) -> float:
    values = [value for value in line.values if value is not None]
    return max(values) if course.above else min(values)


def _exemplars(stores: Stores, service: str, figures: Figures) -> tuple[Exemplar, ...]:
    """Of each part of the time the slowest request that is known."""
    if figures.group("services") is None:
        return ()
    selector = filled(f"{names.DURATIONS}{{{names.REQUESTS}{{only}}}}", window_ns=figures.window_ns, service=service)
    found = stores.metrics.exemplars(selector, figures.since_ns, figures.until_ns)
    span = max(1, figures.until_ns - figures.since_ns)
    slowest: dict[int, Exemplar] = {}
    for one in found:
        part = (one.time_ns - figures.since_ns) * _MOST_EXEMPLARS // span
        if part not in slowest or slowest[part].value < one.value:
            slowest[part] = one
    return tuple(slowest[part] for part in sorted(slowest) if math.isfinite(slowest[part].value))


def _with_exemplars(courses: Iterable[Course], exemplars: tuple[Exemplar, ...]) -> Iterator[Course]:
    drawn = {"services-p95", "services-p99"}
    return (replace(one, exemplars=exemplars) if one.key in drawn else one for one in courses)


def _to_draw(tuning: Tuning, service: str) -> Iterator[Indicator]:
    for one in indicators(tuning):
        known = one.name in _BOUNDS_OF.values() or one.group == "changes" or one.source == "log"
        if not known and (not service or "service_name" in one.labels):
            yield one


def _of_indicator(stores: Stores, one: Indicator, service: str, figures: Figures, tuning: Tuning) -> Course:
    """The chart of an indicator: its value over time, as its rules evaluate it."""
    times = figures.times_ns
    expression = timed(one.expression, one.sampled_s, 1.0)
    found = stores.metrics.query_range(expression, times[0], times[-1], times[1] - times[0])
    lines = tuple(_lines(found, one.labels, service, times))
    bounds = _bounds(one, tuning)
    return _bounded(Course(one.name, one.title, "", one.unit, times, lines, bounds, one.above))


def _lines(found: Iterable[Series], labels: Sequence[str], service: str, times: Sequence[int]) -> Iterator[CourseLine]:
    for series in found:
        of = series.labels.get("service_name", "")
        if service and of != service:
            continue
        values = {time_ns: value for time_ns, value in series.samples if math.isfinite(value)}
        name = " ".join(filter(None, (series.labels.get(label, "") for label in labels)))
        yield CourseLine(name, of, tuple(map(values.get, times)))


def _bounds(one: Indicator, tuning: Tuning) -> tuple[CourseBound, ...]:
    return tuple(CourseBound(level.severity, bound_of(one, level, tuning)) for level in one.levels)
