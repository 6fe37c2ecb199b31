"""By how much counters have grown, and what a histogram says, to the number."""

from __future__ import annotations

import math

import pytest

from phoenix_dev.model.load import Entry
from phoenix_dev.usecases.span_counts import bucket_of, grown, quantile_of, selector

HISTOGRAM = [(0.05, 10), (0.1, 90), (0.25, 100), (math.inf, 100)]


@pytest.mark.parametrize(
    ("values", "growth"),
    [
        ([3, 3, 7, 9], 6),
        ([9, 2, 5], 5),
        ([], 0),
        ([4], 0),
    ],
)
def test_a_counter_grows_from_what_it_was_and_begins_at_nothing_when_it_falls(
    values: list[float], growth: float
) -> None:
    samples = [(10 * number, value) for number, value in enumerate(values)]
    assert grown(samples, since_ns=5) == growth


def test_a_series_that_was_not_there_before_began_at_nothing() -> None:
    assert grown([(10, 4), (20, 5)], since_ns=5) == 5


def test_quantiles_are_those_of_prometheus() -> None:
    assert quantile_of(HISTOGRAM, 0.5) == pytest.approx(0.075)
    assert quantile_of(HISTOGRAM, 0.95) == pytest.approx(0.175)
    assert quantile_of([(0.05, 0), (math.inf, 3)], 0.95) == 0.05, "the last bound that is a number"


def test_a_duration_on_a_bound_is_below_it() -> None:
    assert [bucket_of(HISTOGRAM, one) for one in (0.0, 0.05, 0.0501, 0.25, 9.0)] == [0, 0, 1, 2, 3]


def test_names_cannot_become_more_than_names() -> None:
    told = selector("calls", Entry('a"} or b{x="', "GET /\n", "server"))
    assert told == r'calls{service_name="a\"} or b{x=\"",span_name="GET /\u000a",span_kind="SPAN_KIND_SERVER"}'
    assert selector("calls", Entry("a", "")) == 'calls{service_name="a",span_kind="SPAN_KIND_SERVER"}'
