"""Numbers in their units, short enough for a column."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.unit import Unit, amount, plain

UNITS: tuple[Unit, ...] = ("ratio", "s", "count", "per_s", "bytes", "bool")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.123, "ratio", "12.3 %"),
        (0.0, "ratio", "0 %"),
        (1.0, "ratio", "100 %"),
        (0.31, "s", "310 ms"),
        (1204.0, "count", "1,204"),
        (0.05, "per_s", "3/min"),
        (2.5, "per_s", "2.5/s"),
        (41e6, "bytes", "41.0 MB"),
        (1.0, "bool", "yes"),
        (math.nan, "s", "–"),
    ],
)
def test_an_amount(value: float, unit: Unit, shown: str) -> None:
    assert amount(value, unit) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (42.5, "42.5"),
        (-3.0, "−3"),
        (1e-9, "1e-09"),
        (0.25, "0.25"),
        (12_345.6, "12,346"),
        (2_154_000.0, "2.15 M"),
        (999_999.6, "1 M"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_of_no_unit(value: float, shown: str) -> None:
    assert plain(value) == shown


@given(st.floats(), st.sampled_from(UNITS))
def test_whatever_the_number_it_stays_short(value: float, unit: Unit) -> None:
    assert 1 <= len(amount(value, unit)) <= 12
    assert 1 <= len(plain(value)) <= 10
