"""What a request waited on."""

from __future__ import annotations

from tests.unit.model.timeline.laid_out import laid_out, own
from tests.unit.render.samples import ms, span


def test_the_critical_path_of_calls_one_after_the_other() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 100), span(2, 1, "b", "x", 10, 30), span(3, 1, "c", "y", 50, 40))
    assert own(timeline) == {"root": 30, "x": 30, "y": 40}


def test_of_calls_side_by_side_the_last_to_end_is_waited_on() -> None:
    timeline = laid_out(
        span(1, 0, "a", "root", 0, 100), span(2, 1, "b", "short", 10, 30), span(3, 1, "c", "long", 10, 80)
    )
    assert own(timeline) == {"root": 20, "long": 80}


def test_what_outlives_the_span_that_started_it_was_not_waited_on() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 100), span(2, 1, "a", "background", 50, 500))
    assert own(timeline) == {"root": 100}


def test_a_long_stretch_without_a_span_is_a_gap() -> None:
    timeline = laid_out(span(1, 0, "a", "root", 0, 100), span(2, 1, "b", "x", 0, 30), span(3, 1, "c", "y", 60, 40))
    assert [(gap.offset_ns, gap.duration_ns) for gap in timeline.gaps] == [(ms(30), ms(30))]


def test_time_covered_by_another_child_and_the_work_of_a_leaf_are_no_gaps() -> None:
    covered = laid_out(span(1, 0, "a", "r", 0, 100), span(2, 1, "b", "x", 50, 50), span(3, 1, "c", "y", 0, 95))
    assert covered.gaps == ()
    assert laid_out(span(1, 0, "a", "leaf", 0, 100)).gaps == ()
