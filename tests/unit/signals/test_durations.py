"""Durations in expressions: as they are, and in a drill."""

from __future__ import annotations

import pytest

from phoenix_dev.signals.durations import filled, written


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "1m"), (90, "90s"), (300, "5m"), (86_400, "1d"), (1.5, "1500ms"), (0.0001, "1ms")]
)
def test_durations_are_written_as_promql_has_them(seconds: float, text: str) -> None:
    assert written(seconds) == text


def test_places_are_filled_and_braces_of_selectors_stay() -> None:
    expression = 'rate(a{b="c"}[{window}]) unless last_over_time(a{}[1d] offset {10m})'
    assert filled(expression, 15, 1) == 'rate(a{b="c"}[1m]) unless last_over_time(a{}[1d] offset 10m)'


@pytest.mark.parametrize(("sampled_s", "window"), [(5, "15s"), (15, "45s"), (60, "1m")])
def test_a_drill_shortens_durations_but_never_below_two_samples(sampled_s: float, window: str) -> None:
    assert filled("[{window}] {10m}", sampled_s, 60) == f"[{window}] 10s"


def test_a_mild_drill_divides_the_window_too() -> None:
    assert filled("[{window}]", 5, 2) == "[30s]"
