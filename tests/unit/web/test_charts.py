"""Courses as charts: scales that people read, lines with gaps, bounds, single requests, and what is told where one
points.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.course import Course, CourseBound, CourseLine
from phoenix_dev.model.series import Exemplar
from phoenix_dev.web.charts import drawn
from phoenix_dev.web.scales import time_ticks, value_scale
from tests import otlp

if TYPE_CHECKING:
    from phoenix_dev.model.unit import Unit

NOON, SECOND = otlp.NOON, otlp.SECOND
UNITS: tuple[Unit, ...] = ("ratio", "s", "count", "per_s", "bytes")
WARNING, CRITICAL = CourseBound("warning", 0.5), CourseBound("critical", 1.0)


def course(*values: float | None, unit: Unit = "s", **fields: object) -> Course:
    times = tuple(NOON + place * 10 * SECOND for place in range(len(values)))
    made = Course("key", "Title", "", unit, times, (CourseLine("web", "web", values),))
    return replace(made, **fields)  # type: ignore[arg-type]


def labels(made: Course) -> list[str]:
    return [tick.label for tick in value_scale(made).ticks()]


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.31, "s", ["0", "100 ms", "200 ms", "300 ms", "400 ms"]),
        (2.7, "per_s", ["0", "1/s", "2/s", "3/s"]),
        (0.7, "per_s", ["0", "20/min", "40/min", "60/min"]),
        (0.001, "per_s", ["0", "1/h", "2/h", "3/h", "4/h"]),
        (0.034, "ratio", ["0", "1 %", "2 %", "3 %", "4 %"]),
        (0.97, "ratio", ["0", "25 %", "50 %", "75 %", "100 %"]),
        (3, "count", ["0", "1", "2", "3", "4"]),
        (41e6, "bytes", ["0", "20.0 MB", "40.0 MB", "60.0 MB"]),
        (1, "bool", ["no", "yes"]),
    ],
)
def test_what_is_written_beside_a_chart_is_round(value: float, unit: Unit, written: list[str]) -> None:
    assert labels(course(0, value, unit=unit)) == written


def test_levels_have_words() -> None:
    made = course(0, 2, unit="count", levels=("closed", "half open", "open"))
    assert labels(made) == ["closed", "half open", "open"]
    assert drawn(made).lines[0].last == "open"


@given(st.floats(0, allow_infinity=False), st.sampled_from(UNITS))
def test_every_value_is_within_its_scale(value: float, unit: Unit) -> None:
    scale = value_scale(course(0, value, unit=unit))
    assert scale.top >= min(value, 1e300)
    assert 0 <= scale.at(value) <= 100
    assert 2 <= len(scale.ticks()) <= 8


@given(st.integers(0, 4 * 10**18), st.integers(SECOND, 60 * 86_400 * SECOND))
def test_times_are_few_in_order_and_between_the_ends(first: int, span: int) -> None:
    ticks = time_ticks(first, first + span)
    assert len(ticks) <= 7
    assert all(0 <= float(tick.at) <= 100 for tick in ticks)
    assert all(float(one.at) < float(other.at) for one, other in pairwise(ticks))


def test_times_are_round() -> None:
    assert [tick.label for tick in time_ticks(NOON, NOON + 900 * SECOND)] == ["03:05", "03:10", "03:15"]
    assert time_ticks(NOON, NOON + 60 * SECOND)[0].label == "03:04:15"


def test_where_nothing_was_measured_a_line_has_a_gap_and_a_single_value_is_a_dot() -> None:
    (line,) = drawn(course(1, 2, None, 4, None, None)).lines
    assert line.path.count("M") == 2
    assert line.path.endswith("h0")
    assert (line.last, line.worst) == ("–", "most 4 s")


def test_beside_a_name_stands_the_worst_where_one_value_is_worse_than_another() -> None:
    assert drawn(course(0.6, 0.4, 0.5, unit="ratio", above=False)).lines[0].worst == "least 40 %"
    health = drawn(course(1, 0, unit="bool", above=False, bounds=(CourseBound("critical", 1),)))
    assert (health.lines[0].worst, health.bounds, health.limits) == ("", (), "critical when no")


def test_a_bound_is_drawn_where_it_is_near_and_told_where_it_is_far() -> None:
    near = drawn(course(0.2, 0.3, bounds=(WARNING, CRITICAL)))
    assert [(bound.severity, bool(bound.y)) for bound in near.bounds] == [("warning", True)]
    far = drawn(course(0.01, bounds=(WARNING, CRITICAL)))
    assert [(bound.words, bound.y) for bound in far.bounds] == [("warning 500 ms ↑", "")]
    assert far.limits == "warning above 500 ms, critical above 1 s"
    over = drawn(course(2.0, bounds=(WARNING, CRITICAL)))
    assert [float(bound.at) for bound in over.bounds] == sorted((float(b.at) for b in over.bounds), reverse=True)
    below = drawn(
        course(0.6, unit="ratio", bounds=(CourseBound("warning", 0.2), CourseBound("critical", 0.1)), above=False)
    )
    assert below.limits == "warning below 20 %, critical below 10 %"
    assert len(below.bounds) == 2


def test_a_single_request_stands_where_it_was_and_leads_to_its_trace() -> None:
    exemplar = Exemplar({"service_name": "web", "span_name": "GET /"}, NOON + 5 * SECOND, 0.5, "a" * 32)
    early = replace(exemplar, time_ns=NOON - SECOND)
    (point,) = drawn(course(1, 1, exemplars=(exemplar, early))).points
    assert (point.x, point.trace_id) == ("50.00", "a" * 32)
    assert point.words == "web GET / 500 ms at 03:04:10.000"


def test_lines_are_told_apart_by_more_than_their_colour() -> None:
    lines = tuple(CourseLine(f"service-{number}", "", (1.0, 2.0)) for number in range(8))
    assert len({line.pattern for line in drawn(course(1, 2, lines=lines)).lines}) == 8


def test_what_is_told_where_one_points_is_json_with_nothing_hidden_in_it() -> None:
    made = course(0.1, None, lines=(CourseLine("\u202eevil\x00<b>", "", (0.1, None)),))
    told = json.loads(json.dumps(drawn(made).data, allow_nan=False))
    assert told["lines"][0]["name"] == "\\u202eevil\\x00<b>"
    assert told["lines"][0]["values"] == ["100 ms", None]
    assert told["words"] == ["03:04:05", "03:04:15"]
    assert told["lines"][0]["at"] == [33.3, None]
