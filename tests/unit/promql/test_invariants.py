"""What holds for every expression, over series and expressions made up from a seed. The seeds are always the same: of
all there are, some blow a last digit up.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from phoenix_dev.promql import evaluate
from phoenix_dev.stores.expressions import WrongExpression
from tests.promql.expressions import Writer
from tests.promql.series import LENGTH_MS, made_up

if TYPE_CHECKING:
    from phoenix_dev.model.series import Series

BEGIN = 1_700_000_000_000
SERIES = made_up(7, BEGIN, "z")
TIMES = some.integers(BEGIN, BEGIN + LENGTH_MS)
SEEDS = some.integers(0, 2**32)


def writer(seed: int) -> Writer:
    return Writer(random.Random(seed), "z", (BEGIN / 1000, (BEGIN + LENGTH_MS) / 1000))


def at(expression: str, time: int) -> dict[frozenset[tuple[str, str]], float]:
    return {frozenset(one.labels.items()): one.samples[0][1] for one in evaluate.at(SERIES, expression, time)}


@given(SEEDS, TIMES)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_range_query_is_an_instant_query_at_each_step(seed: int, begin: int) -> None:
    expression = writer(seed).expression().replace(" @ start()", "").replace(" @ end()", "")
    steps = range(begin, begin + 4 * 47_000, 47_000)
    try:
        ranged = evaluate.over(SERIES, expression, steps)
        single = {key: value for step in steps for key, value in told(evaluate.at(SERIES, expression, step)).items()}
    except WrongExpression:
        return
    assert told(ranged) == pytest.approx(single, rel=1e-9, abs=0, nan_ok=True)


def told(found: tuple[Series, ...]) -> dict[tuple[object, int], float]:
    return {(frozenset(one.labels.items()), time): value for one in found for time, value in one.samples}


@given(SEEDS, TIMES)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_sets_of_series(seed: int, time: int) -> None:
    e = writer(seed).vector(1)
    try:
        whole = at(e, time)
    except WrongExpression:
        return
    assert at(f"({e}) and ({e})", time).keys() == at(f"({e}) or ({e})", time).keys() == whole.keys()
    assert at(f"({e}) unless ({e})", time) == {}
    assert bool(at(f"absent({e})", time)) is not bool(whole)
    assert sum(at(f"count by (a) ({e})", time).values()) == len(whole)
    assert at(f"max({e})", time).keys() == at(f"quantile(1, {e})", time).keys()


@given(TIMES, some.sampled_from(["1m", "2m30s", "11m"]))
@settings(max_examples=40, deadline=None)
def test_counters_and_histograms(time: int, window: str) -> None:
    grown = at(f"increase(c_total_z[{window}])", time)
    assert all(value >= 0 for value in grown.values())
    per_second = at(f"rate(c_total_z[{window}]) * {window}", time)
    assert per_second == pytest.approx(grown)
    assert at(f"increase(c_total_z[{window}] offset 40s)", time) == at(f"increase(c_total_z[{window}])", time - 40_000)
    quantiles = [at(f"histogram_quantile({q}, rate(h_bucket_z[{window}]))", time) for q in (0.1, 0.5, 0.9, 1)]
    for labels, value in quantiles[0].items():
        values = [one[labels] for one in quantiles]
        assert value != value or values == sorted(values)
