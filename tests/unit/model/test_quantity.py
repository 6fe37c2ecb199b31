"""Durations and times in the words that people read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.quantity import ago, clock, count, day, duration, duration_ns, size
from tests.unit.render.samples import T0

_S = 1_000_000_000


@pytest.mark.parametrize(
    ("ns", "shown"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_000, "1 µs"),
        (310_000, "310 µs"),
        (999_999, "1 ms"),
        (12_345_678, "12.3 ms"),
        (902_000_000, "902 ms"),
        (1_240_000_000, "1.24 s"),
        (59_999_000_000, "1m 00s"),
        (125 * _S, "2m 05s"),
        (3 * 3600 * _S + 420 * _S, "3h 07m"),
        (12 * 86_400 * _S, "12 d"),
    ],
)
def test_a_duration_has_three_digits_that_matter(ns: int, shown: str) -> None:
    assert duration(ns) == shown


@given(st.integers(0, 2_000 * 86_400 * _S))
def test_a_duration_fits_its_column(ns: int) -> None:
    assert len(duration(ns)) <= 7


@pytest.mark.parametrize(
    ("text", "ns"),
    [("90s", 90 * _S), ("1h30m", 5400 * _S), ("1.5ms", 1_500_000), ("", None), ("s", None), ("1", None), ("٣s", None)],
)
def test_a_duration_is_read(text: str, ns: int | None) -> None:
    assert duration_ns(text) == ns


@pytest.mark.parametrize("digits", [12, 30, 400])
def test_nobody_lives_to_see_the_end_of_a_duration_that_is_none(digits: int) -> None:
    assert duration_ns("9" * digits + "d") is None


def test_times_are_utc() -> None:
    assert (day(T0), clock(T0 + 131_000_007)) == ("2026-10-05", "04:05:06.131")


def test_how_long_ago_is_told_coarsely() -> None:
    told = [ago(seconds * _S) for seconds in (-5, 0, 12, 180, 3 * 3600, 50 * 3600)]
    assert told == ["just now", "just now", "12 s ago", "3 min ago", "3 h ago", "2 days ago"]


def test_counts_have_their_noun() -> None:
    assert (count(1, "span"), count(0, "span"), count(1024, "span")) == ("1 span", "0 spans", "1,024 spans")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_949, "99.9 kB"), (999_600, "1.0 MB"), (5 * 10**12, "5.0 TB")],
)
def test_sizes_are_short(number: int, text: str) -> None:
    assert size(number) == text
