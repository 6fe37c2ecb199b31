"""What an expression gives: a line a series, and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.unit import plain
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.text import Text

    from phoenix_dev.model.series import Evaluated, Series

_VALUE, _COURSE = 9, 20
#: Labels that name a process.
_PROCESS = ("instance", "job", "service_instance_id")
_NAME = "__name__"


def series_lines(found: Sequence[Series], *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a series: its value, or the last, the least and the most of several with their course; then its labels."""
    if not found:
        return
    cut = width if clip else ENDLESS
    several = any(len(series.samples) > 1 for series in found)
    heads = ("LAST", "MIN", "MAX") if several else ("VALUE",)
    header = Line(cut).add("".join(f"{head:>{_VALUE}} " for head in heads), style.DIM)
    if several:
        header.add(f" {'':{_COURSE}} ", style.DIM)
    yield header.add(" SERIES", style.DIM).text()
    names = _names(found)
    for series in found:
        yield _line(series, names, several=several, cut=cut).text()


def evaluated_json(found: Evaluated) -> dict[str, Any]:
    """`metrics query --json`. Asked for now, it has `at`, else `since`, `until` and `step_ms`; the others are empty."""
    over = found.since_ns is not None and found.step_ns is not None
    return {
        "expr": found.expression,
        "type": "range" if over else "instant",
        "at": "" if over else rfc3339(found.until_ns),
        "since": rfc3339(found.since_ns) if found.since_ns is not None else "",
        "until": rfc3339(found.until_ns) if over else "",
        "step_ms": milliseconds(found.step_ns) if found.step_ns is not None else None,
        "series": [_series(series) for series in found.series],
    }


def _series(series: Series) -> dict[str, Any]:
    """Labels, and samples as pairs of time and value (`NaN`, `Infinity` as texts)."""
    return {
        "labels": dict(series.labels),
        "samples": [[rfc3339(time_ns), _strict(value)] for time_ns, value in series.samples],
    }


def _names(found: Sequence[Series]) -> list[str]:
    """The labels there are, those first that tell most series apart, in the fewest letters: a line may be cut. What
    names the process comes after that, it repeats the service.
    """
    values: dict[str, set[str]] = {}
    for name in {name for series in found for name in series.labels if name != _NAME}:
        values[name] = {series.labels.get(name, "") for series in found}

    def place(name: str) -> tuple[bool, bool, int, int, str]:
        different = values[name]
        return len(different) == 1, name in _PROCESS, -len(different), sum(map(len, different)), name

    return sorted(values, key=place)


def _line(series: Series, names: Sequence[str], *, several: bool, cut: int) -> Line:
    values = [value for _, value in series.samples]
    line = Line(cut)
    if several:
        numbers = [value for value in values if math.isfinite(value)]
        shown = (values[-1:], [min(numbers)] if numbers else [], [max(numbers)] if numbers else [])
        for number, some in enumerate(shown):
            line.add(f"{_shown(some):>{_VALUE}} ", "" if number else style.STRONG)
        course = sparkline([value if math.isfinite(value) else None for value in values], _COURSE)
        line.add(f" {course:{_COURSE}} ")
    else:
        line.add(f"{_shown(values):>{_VALUE}} ", style.STRONG)
    return _labelled(line.add(" "), series.labels, names)


def _shown(values: Sequence[float]) -> str:
    return plain(values[0]) if values else "–"


def _labelled(line: Line, labels: Mapping[str, str], names: Sequence[str]) -> Line:
    line.add(labels.get(_NAME, ""))
    others = [(name, labels[name]) for name in names if name in labels]
    if not others:
        return line if _NAME in labels else line.add("{}", style.DIM)
    line.add("{", style.DIM)
    for number, (name, value) in enumerate(others):
        line.add(f"{', ' if number else ''}{name}=", style.DIM).add(f'"{value}"')
    return line.add("}", style.DIM)


def _strict(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
