"""Bars are exact to an eighth of a cell, stay on the axis, and never vanish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.render.waterfall.axis import Axis, marked


@pytest.mark.parametrize(
    ("start", "end", "cell", "drawn"),
    [
        (0, 100, 0, "██████████"),
        (0, 45, 0, "████▌"),
        (25, 100, 2, "▐███████"),
        (50, 50, 5, "▏"),
        (99, 100, 9, "▐"),
        (100, 100, 9, "▐"),
        (0, 0, 0, "▏"),
        (30, 32, 3, "▎"),
    ],
)
def test_a_bar(start: int, end: int, cell: int, drawn: str) -> None:
    assert Axis(100, 10).bar(start, end) == (cell, drawn)


def test_many_bars_on_one_row() -> None:
    assert Axis(100, 10).bars([(0, 10), (20, 25), (95, 100)]) == (0, "█ ▌      ▌")


@given(st.integers(0, 2**64), st.integers(1, 200), st.integers(0, 2**64), st.integers(0, 2**64))
def test_any_bar_is_visible_and_on_the_axis(total: int, width: int, one: int, other: int) -> None:
    axis = Axis(total, width)
    start, end = sorted((one, other))
    for first, drawn in (axis.bar(start, end), axis.bars([(start, end)] * 2)):
        assert drawn.strip()
        assert first >= 0
        assert first + len(drawn) <= width
    first, size = axis.stretch(start, end)
    assert size >= 1
    assert 0 <= first < width


@given(st.integers(0, 2**64), st.integers(1, 200))
def test_labels_stay_on_the_axis(total: int, width: int) -> None:
    labels = Axis(total, width).labels()
    assert len(labels) <= width
    assert labels.startswith("0")


def test_labels_are_round() -> None:
    assert Axis(1_240_000_000, 40).labels() == "0               500 ms          1 s"
    assert Axis(412_000_000, 40).labels() == "0        100 ms    200 ms    300 ms"


def test_a_bar_is_split_where_it_was_waited_on() -> None:
    runs = marked(2, "████", [(3, 2)])
    assert runs == [("█", False), ("██", True), ("█", False)]
