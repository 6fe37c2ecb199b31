"""What was measured, as tables with courses over time, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.unit import amount
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.sparkline import sparkline
from phoenix_dev.render.text import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.figures import Figure, FigureGroup, FigureRow, Figures
    from phoenix_dev.model.unit import Unit

    _Cell = Callable[[FigureRow], tuple[str, str]]

#: Cells of a name at least, and at most; of a course.
_NAME = (14, 30)
_COURSE = (4, 30)
_STATES = ("closed", "half open", "open")
_STATE_MARKS = ("●", "▲", "✗")
_STATE_STYLES = ("", style.WARN, style.ERROR)
#: What JSON has behind a key, by unit.
_SUFFIXES: dict[Unit, str] = {"s": "_ms", "ratio": "_ratio", "per_s": "_per_s", "bytes": "_bytes"}
#: The groups of figures that there are, by their keys (signals/figures.py).
GROUPS = ("services", "endpoints", "work", "llm", "tools", "knowledge_bases", "caches", "breakers", "processes")
_LABELS = {
    "service_name": "service",
    "span_name": "endpoint",
    "gen_ai_request_model": "model",
    "tool_name": "tool",
    "cache_name": "cache",
}


class _Column:
    """A heading of so many cells, and what stands below it; with `course` the course of that figure beside it."""

    def __init__(self, heading: str, cells: int, cell: _Cell, course: str = "", highest: float = 0.0) -> None:
        self.heading = heading
        self.cells = cells
        self.cell = cell
        self.course = course
        self.highest = highest


def metric_lines(found: Figures, *, width: int, clip: bool = True) -> Iterator[Text | str]:
    """A table for each group of figures, all of the same columns where they tell the same."""
    alike = _name_cells([group for group in found.groups if group.key not in _COLUMNS])
    services = (row.labels.get("service_name", "") for group in found.groups for row in group.rows)
    colours = style.Colours(dict.fromkeys(services))
    for number, group in enumerate(found.groups):
        if number:
            yield ""
        columns = _COLUMNS.get(group.key, _REQUESTS)
        names = _name_cells([group]) if group.key in _COLUMNS else alike
        yield from _table(group, columns, colours, names=names, width=width, clip=clip)


def metrics_json(found: Figures) -> dict[str, Any]:
    """`metrics --json`: each group a list, empty where there is nothing of it; each figure a key with its unit at the
    end, its course below `course`.
    """
    return {
        "service": found.service,
        "since": rfc3339(found.since_ns),
        "until": rfc3339(found.until_ns),
        "window_ms": milliseconds(found.window_ns),
        "times": [rfc3339(time_ns) for time_ns in found.times_ns],
        **dict.fromkeys(GROUPS, ()),
        **{group.key: [_row_json(group, row) for row in group.rows] for group in found.groups},
    }


def _name_cells(groups: Sequence[FigureGroup]) -> int:
    shown = [len(group.title) for group in groups]
    shown += [cell_len(fit(row.name, _NAME[1])) for group in groups for row in group.rows]
    return max([_NAME[0], *shown])


def _table(
    group: FigureGroup, columns: Sequence[_Column], colours: style.Colours, *, names: int, width: int, clip: bool
) -> Iterator[Text]:
    course = _course_cells(columns, names, width)
    cut = width if clip else ENDLESS
    header = Line(cut).add(f"{group.title.upper():{names}}", style.DIM)
    for column in columns:
        header.add(f" {column.heading:>{column.cells}}", style.DIM)
        header.add(" " * (course + 1) if column.course else "")
    yield header.text()
    for row in group.rows:
        line = Line(cut)
        service = row.labels.get("service_name", "")
        name = fit(row.name, names) if clip else row.name
        line.add(name, colours.style(service) if service else "").to(names)
        for column in columns:
            text, how = column.cell(row)
            line.add(" " * (1 + max(0, column.cells - cell_len(text)))).add(text, how)
            if column.course:
                bars = sparkline(row.course(column.course), course, highest=column.highest)
                line.add(f" {bars:{course}}", colours.style(service) if service else "")
        yield line.text()
        if tokens := _tokens(row):
            yield Line(cut).add(f"  {tokens}", style.DIM).text()


def _course_cells(columns: Sequence[_Column], names: int, width: int) -> int:
    """What is left for each course, within bounds."""
    courses = sum(bool(column.course) for column in columns) or 1
    used = names + sum(1 + column.cells for column in columns) + courses
    return max(_COURSE[0], min(_COURSE[1], (width - used) // courses))


def _amount(key: str) -> _Cell:
    def cell(row: FigureRow) -> tuple[str, str]:
        figure = row.figures.get(key)
        if figure is None or figure.value is None:
            return "–", style.DIM
        return amount(figure.value, figure.unit), ""

    return cell


def _failed(row: FigureRow) -> tuple[str, str]:
    part = row.value("error")
    if part is None:
        return "–", style.DIM
    return (f"✗ {amount(part, 'ratio')}", style.ERROR) if part else ("0", style.DIM)


def _tokens(row: FigureRow) -> str:
    known = ((row.value(f"{kind}_tokens"), words) for kind, words in (("input", "in"), ("output", "out")))
    return ", ".join(f"{amount(number, 'count')} tokens {words}" for number, words in known if number is not None)


def _state(row: FigureRow) -> tuple[str, str]:
    value = row.value("state")
    if value is None:
        return "–", style.DIM
    number = min(2, max(0, round(value)))
    return f"{_STATE_MARKS[number]} {_STATES[number]}", _STATE_STYLES[number]


_TIMES = (
    _Column("P50", 7, _amount("p50")),
    _Column("P95", 7, _amount("p95"), "p95"),
    _Column("P99", 7, _amount("p99")),
)
_REQUESTS = (_Column("RATE", 8, _amount("rate"), "rate"), _Column("FAILED", 8, _failed), *_TIMES)
_COLUMNS: dict[str, Sequence[_Column]] = {
    "caches": (_Column("RATE", 8, _amount("rate"), "rate"), _Column("HITS", 8, _amount("hit"), "hit", 1.0)),
    "breakers": (
        _Column("STATE", 11, _state, "state", 2.0),
        _Column("CHANGES", 8, _amount("transitions")),
    ),
    "processes": (
        _Column("CPU", 8, _amount("cpu"), "cpu"),
        _Column("MEMORY", 8, _amount("memory")),
        _Column("CONN", 6, _amount("connections")),
    ),
}


def _row_json(group: FigureGroup, row: FigureRow) -> dict[str, Any]:
    figures = {f"{key}{_SUFFIXES.get(figure.unit, '')}": figure for key, figure in row.figures.items()}
    values: dict[str, Any] = {name: _number(figure, figure.value) for name, figure in figures.items()}
    courses = {name: [_number(figure, one) for one in figure.course] for name, figure in figures.items()}
    if group.key == "breakers" and (number := row.value("state")) is not None:
        values["state"] = _STATES[round(number)].replace(" ", "_")
    words = {**_LABELS, "span_name": "operation"} if group.key == "work" else _LABELS
    labels = {words.get(label, label): value for label, value in row.labels.items()}
    return {**labels, **values, "course": {name: numbers for name, numbers in courses.items() if numbers}}


def _number(figure: Figure, value: float | None) -> float | None:
    if value is None:
        return None
    if figure.unit == "count" and value == int(value):
        return int(value)
    return value * 1000 if figure.unit == "s" else value
