"""How much a counter grew, whatever happened to it meanwhile."""

from __future__ import annotations

import pytest

from phoenix_dev.backends.services import growth
from phoenix_dev.model.series import Series

MINUTE_MS = 60_000


def grown(*values: float | None) -> tuple[float, int]:
    """The growth of a counter that had these values, minute by minute from 0 on; None where it had none."""
    samples = tuple((n * MINUTE_MS * 10**6, value) for n, value in enumerate(values) if value is not None)
    total, last_ns = growth(Series({}, samples), 0, MINUTE_MS)
    return total, last_ns // (MINUTE_MS * 10**6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), (0, 0)),
        ((7,), (0, 0)),
        ((7, 7, 9, 9), (2, 2)),
        ((None, 5, 5), (5, 1)),
        ((None, 0, 5), (5, 2)),
        ((9, 2, 3), (3, 2)),
        ((9, None, None, 9, 9), (9, 3)),
        ((9, None, 12), (12, 2)),
    ],
    ids=["nothing", "before", "grew", "began", "began at nothing", "began anew", "was away", "was away and is larger"],
)
def test_the_growth_of_a_counter(values: tuple[float | None, ...], expected: tuple[float, int]) -> None:
    assert grown(*values) == expected
