"""The texts of alerts: what stands in them, and that nothing of a label is ever read as a template.

That they are the texts of Prometheus is shown by promtool (tests/live/rules).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.signals.annotations import in_unit, plain, rendered, why_wrong, worded


def test_labels_and_the_value_are_put_in() -> None:
    text = in_unit("{{ $labels.service_name }}: {{ $value }} of {{$labels.gone}}its requests", "ratio")
    assert rendered(text, {"service_name": "api"}, 0.0512) == "api: 5.12% of its requests"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.05, "ratio", "5%"),
        (0.123456, "ratio", "12.35%"),
        (0.5, "s", "500ms"),
        (1.0, "s", "1s"),
        (125.0, "s", "2m 5s"),
        (3 * 86_400.0 + 7, "s", "3d 0h 0m 7s"),
        (-0.5, "s", "-500ms"),
        (0.0, "s", "0s"),
        (1234.0, "count", "1.234k"),
        (2.5, "per_s", "2.50/s"),
        (1.5 * 2**30, "bytes", "1.5GiB"),
        (0.0, "bool", "0"),
        (float("nan"), "ratio", "NaN%"),
        (float("inf"), "s", "+Inf"),
    ],
)
def test_a_value_is_told_in_its_unit(value: float, unit: str, text: str) -> None:
    assert worded(value, unit) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"), [(5.0, "5"), (0.05, "0.05"), (1e6, "1e+06"), (123456.5, "123456.5"), (2.5e-7, "2.5e-07")]
)
def test_a_bare_value_is_written_as_go_writes_it(value: float, text: str) -> None:
    assert rendered("{{ $value }}", {}, value) == plain(value) == text


@given(st.text(max_size=60), st.text(max_size=20))
def test_what_a_label_holds_stays_as_it_is(held: str, before: str) -> None:
    before = before.replace("{", "")
    assert rendered(before + "{{ $labels.a }}", {"a": held}, 1.0) == before + held


def test_a_label_that_looks_like_a_template_is_none() -> None:
    assert rendered("{{ $labels.a }}", {"a": "{{ $value }}{{ $labels.a }}"}, 7.0) == "{{ $value }}{{ $labels.a }}"


@pytest.mark.parametrize(
    "template",
    [
        "",
        "a }} b",
        "{ {",
        "{{ $labels.a_1 }}{{$value}}",
        "{{ $value | humanize1024 }}",
        "100%",
        '{{ $value | printf "%.2f" }}',
    ],
)
def test_what_both_runtimes_know_is_right(template: str) -> None:
    assert why_wrong(template) == ""


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{", "'{{' begins neither"),
        ("{{ $labels }}", "'{{' begins neither"),
        ("{{ $labels.a-b }}", "'{{' begins neither"),
        ('{{ query "up" }}', "'{{' begins neither"),
        ("{{ $value | toUpper }}", "'toUpper' is no formatter"),
        ('{{ $value | printf "%s" }}', "'printf \"%s\"' is no formatter"),
        ("{{{ $value }}", "'{{' begins neither"),
    ],
)
def test_what_one_of_them_would_refuse_is_said(template: str, why: str) -> None:
    assert why_wrong(template).startswith(why)
