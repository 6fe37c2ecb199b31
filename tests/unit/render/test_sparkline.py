"""Numbers as a row of bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.render.sparkline import sparkline

values = st.lists(st.none() | st.floats(0, allow_nan=False, allow_infinity=False), max_size=90)


def test_bars_are_parts_of_the_highest_and_nothing_is_a_blank() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, None], 9) == "▁▃▄▅▆▇██ "
    assert sparkline([0.5, 1.0], 2, highest=2.0) == "▃▅"
    assert sparkline([0, 0], 4) == "▁▁"
    assert sparkline([], 4) == ""


def test_what_is_little_is_told_from_nothing() -> None:
    assert sparkline([0, 0.001, 100], 3) == "▁▂█"


def test_where_cells_are_few_each_is_the_highest_of_its_part() -> None:
    assert sparkline([0, 9, 0, 0, 0, 3], 3) == "█▁▄"


@given(values, st.integers(1, 40))
def test_it_never_takes_more_cells_than_there_are(numbers: list[float | None], cells: int) -> None:
    drawn = sparkline(numbers, cells)
    assert len(drawn) == min(cells, len(numbers))
    assert set(drawn) <= set(" ▁▂▃▄▅▆▇█")
