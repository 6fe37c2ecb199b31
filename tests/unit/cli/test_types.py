"""What may be typed as a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Invoke


@pytest.mark.parametrize("number", ["nan", "inf", "1e300", "-1"])
@pytest.mark.parametrize(
    "words",
    [
        ("trace", "last", "--wait"),
        ("up", "--timeout"),
        ("demo", "traffic", "--rate"),
        ("request", "localhost:1", "--wait"),
    ],
    ids="-".join,
)
def test_nobody_waits_without_end(invoke: Invoke, words: tuple[str, ...], number: str) -> None:
    ran = invoke(*words, number)
    assert ran.exit_code == 2
    assert words[-1] in ran.stderr
