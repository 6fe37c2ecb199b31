"""How Prometheus spells names of metrics and labels, and values as texts. tests/live/promql asks Prometheus itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.promql.numbers import number_text
from phoenix_dev.telemetry.translation.names import label_name, metric_name
from phoenix_dev.telemetry.translation.texts import MOST_CHARACTERS, label_text
from tests.otlp import any_value

if TYPE_CHECKING:
    from phoenix_dev.telemetry.translation.names import Kind


@pytest.mark.parametrize(
    ("name", "unit", "kind", "spelt"),
    [
        ("http.server.duration", "s", "other", "http_server_duration_seconds"),
        ("jobs", "1", "counter", "jobs_total"),
        ("jobs.total.done", "{job}", "counter", "jobs_done_total"),
        ("cpu.used", "1", "gauge", "cpu_used_ratio"),
        ("cpu.used", "1", "other", "cpu_used"),
        ("sent.bytes", "By", "counter", "sent_bytes_total"),
        ("rate", "By/s", "gauge", "rate_bytes_per_second"),
        ("rate", "{request}/m", "gauge", "rate_per_minute"),
        ("rate", "s/{x}", "gauge", "rate_seconds"),
        ("x", " a.b/c.d ", "gauge", "x_a_b_per_c_d"),
        ("x", "_x_", "counter", "x_x__total"),
        ("x", "°C", "gauge", "x_C"),
        ("x", "/", "gauge", "x"),
        ("a..b__c:d", "", "gauge", "a_b_c:d"),
        ("5xx", "", "gauge", "_5xx"),
        ("é", "", "gauge", ""),
    ],
)
def test_names_of_metrics_have_their_unit_and_kind_at_the_end(name: str, unit: str, kind: Kind, spelt: str) -> None:
    assert metric_name(name, unit, kind) == spelt


@pytest.mark.parametrize(
    ("key", "spelt"),
    [
        ("http.route", "http_route"),
        ("a..b", "a__b"),
        ("1st", "key_1st"),
        ("_own", "key_own"),
        ("__own", "__own"),
        ("é", "key_"),
        ("éé", ""),
        ("", ""),
    ],
)
def test_names_of_labels_are_those_of_attributes(key: str, spelt: str) -> None:
    assert label_name(key) == spelt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (None, ""),
        (True, "true"),
        (-5, "-5"),
        (1.0, "1"),
        (-0.0, "-0"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1.5e-7, "1.5e-7"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
        (b"\x00\xff", "AP8="),
        ([1.0, "\u2028<é>\n", None, {"b": b"a", "a": []}], '[1,"\\u2028<é>\\n",null,{"a":[],"b":"YQ=="}]'),
        ([math.nan], ""),
        ("x" * 10**6, "x" * MOST_CHARACTERS),
    ],
)
def test_values_become_texts(value: object, text: str) -> None:
    assert label_text(any_value(value)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.005, "0.005"), (10.0, "10"), (1e22, "1" + "0" * 22), (1e-9, "0.000000001"), (-2.5, "-2.5"), (math.inf, "+Inf")],
)
def test_bounds_have_no_exponent(number: float, text: str) -> None:
    assert number_text(number) == text
