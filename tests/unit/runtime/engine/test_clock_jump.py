"""When is a difference of clocks worth a word?"""

from __future__ import annotations

import pytest

from phoenix_dev.runtime.embedded.status import clock_jump

MINUTE = 60 * 10**9


@pytest.mark.parametrize("facts", [{}, {"clock_ahead_ns": None}, {"clock_ahead_ns": 30 * 10**9}])
def test_what_a_time_server_corrects_is_not(facts: dict[str, int]) -> None:
    assert clock_jump(facts) == ""


@pytest.mark.parametrize(
    ("minutes", "words"), [(90, "set forward by 1h 30m"), (-5, "set back by 5m 00s"), (40 * 24 * 60, "forward by 40 d")]
)
def test_a_jump_is(minutes: int, words: str) -> None:
    assert words in clock_jump({"clock_ahead_ns": minutes * MINUTE})
