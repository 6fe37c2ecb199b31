"""Times as JSON and the demo's logs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.model.moment import of_rfc3339, rfc3339


@given(st.integers(0, 2**64 - 1))
def test_times_always_have_nine_digits_and_a_zone(ns: int) -> None:
    text = rfc3339(ns)
    assert len(text) == 30
    assert text.endswith("Z")
    assert int(text[20:29]) == ns % 1_000_000_000


def test_times_are_utc_and_keep_their_nanoseconds() -> None:
    assert rfc3339(1_767_323_045_000_000_007) == "2026-01-02T03:04:05.000000007Z"
    assert rfc3339(1_767_323_045_131_000_007, 3) == "2026-01-02T03:04:05.131Z"


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2026-10-05T04:05:06.131Z", 1_791_173_106_131_000_000),
        ("2026-10-05T06:05:06.1310000019+02:00", 1_791_173_106_131_000_001),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_a_moment_is_read_back_with_any_offset_and_any_number_of_digits(text: str, ns: int) -> None:
    assert of_rfc3339(text) == ns


@pytest.mark.parametrize("text", ["", "yesterday", "2026-10-05", "2026-10-05T04:05:06", "2026-13-05T04:05:06Z"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no time|month"):
        of_rfc3339(text)
