"""Times as JSON and the demo's logs write them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.moment import rfc3339


@given(st.integers(0, 2**64 - 1))
def test_times_always_have_nine_digits_and_a_zone(ns: int) -> None:
    text = rfc3339(ns)
    assert len(text) == 30
    assert text.endswith("Z")
    assert int(text[20:29]) == ns % 1_000_000_000


def test_times_are_utc_and_keep_their_nanoseconds() -> None:
    assert rfc3339(1_767_323_045_000_000_007) == "2026-01-02T03:04:05.000000007Z"
    assert rfc3339(1_767_323_045_131_000_007, 3) == "2026-01-02T03:04:05.131Z"
