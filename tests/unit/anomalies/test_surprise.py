"""How surprising counts are: as the exact probability says, and not at all where the past was as uneven."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb, log2

import pytest

from phoenix_dev.anomalies.surprise import MOST_STEADY, bits_of_fewer, bits_of_more, size_of


def exactly(now: int, before: int, a: int, b: int) -> float:
    """-log2 of the probability of `now` or more, in whole numbers: the beta-binomial counts ways of drawing."""
    total = now + before
    ways = sum(comb(one + a - 1, one) * comb(total - one + b - 1, total - one) for one in range(now, total + 1))
    return -log2(Fraction(ways, comb(total + a + b - 1, total)))


@pytest.mark.parametrize(("now", "before"), [(1, 0), (2, 0), (5, 5), (12, 3), (40, 0), (300, 500), (2000, 10)])
def test_bits_are_those_of_the_exact_probability(now: int, before: int) -> None:
    assert bits_of_more(now, before, 20, 80) == pytest.approx(exactly(now, before, 20, 80), rel=1e-6)
    assert bits_of_fewer(before, now, 80, 20) == pytest.approx(exactly(now, before, 20, 80), rel=1e-6)


def test_what_was_to_be_expected_is_no_surprise() -> None:
    assert bits_of_more(20, 80, 20, 80) == bits_of_more(0, 0, 20, 80) == bits_of_more(0, 9, 20, 80) == 0
    assert bits_of_fewer(20, 80, 20, 80) == bits_of_fewer(30, 80, 20, 80) == 0


def test_the_more_unevenly_lines_came_the_less_a_jump_surprises() -> None:
    rng = random.Random(1)
    steady = [20 + rng.randrange(-3, 4) for _ in range(64)]
    bursts = [320 if at % 16 == 0 else 0 for at in range(64)]
    waves = [40 if at // 8 % 2 else 0 for at in range(64)]  # even within a block, uneven from block to block
    sizes = [size_of(counts, 16) for counts in (steady, waves, bursts)]
    assert sizes[0] == MOST_STEADY / 16
    assert sizes[0] > sizes[1] > sizes[2] > 0
    bits = [bits_of_more(1000, 1280, 16 * size, 64 * size) for size in sizes]
    assert bits[0] > 20 > bits[1] > bits[2]


def test_a_hundred_thousand_lines_are_counted_as_well() -> None:
    assert 10 < bits_of_more(60_000, 100_000, 20, 80) < 40
    assert bits_of_more(100_000, 0, 20, 80) > 200
