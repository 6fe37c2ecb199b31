"""Span metrics: what is counted, under which labels, and that a restart changes none of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import yaml

from phoenix_dev.assets import assets_folder
from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.signals.names import DURATION_BOUNDS_S
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.watching import identity as identity_module
from phoenix_dev.watching import points as points_module
from phoenix_dev.watching import spans as spans_module
from phoenix_dev.watching.diary import Progress
from phoenix_dev.watching.identity import _APART
from phoenix_dev.watching.span_series import DIMENSIONS
from tests import otlp

if TYPE_CHECKING:
    from tests.unit.watching.conftest import Watched

CALLS = "traces_span_metrics_calls_total"
DURATION = "traces_span_metrics_duration_seconds"


def spans(service: str, *named: str, **fields: object) -> object:
    trace_id = otlp.new_trace_id()
    return otlp.traces(service, *(otlp.span(trace_id, name, **fields) for name in named))  # type: ignore[arg-type]


def test_settings_are_those_of_the_connector() -> None:
    config = yaml.safe_load((assets_folder() / "compose" / "otelcol" / "config.yaml").read_text(encoding="utf-8"))
    connector = config["connectors"]["spanmetrics"]
    seconds = [
        float(text.removesuffix("ms")) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))
        for text in connector["histogram"]["explicit"]["buckets"]
    ]
    assert seconds == list(DURATION_BOUNDS_S)
    assert [one["name"] for one in connector["dimensions"]] == list(DIMENSIONS)
    assert connector["resource_metrics_key_attributes"] == list(_APART)
    assert connector["aggregation_cardinality_limit"] == spans_module.MOST_COUNTERS
    assert connector["metrics_expiration"] == f"{spans_module.EXPIRATION_MS // 60_000}m"


def test_a_span_is_counted_with_what_it_says_of_itself(watched: Watched) -> None:
    export = otlp.traces(
        "api",
        otlp.span(
            otlp.new_trace_id(),
            "GET /things/{id}",
            kind=2,
            ms=30,
            error="no",
            attributes={"http.route": "/things/{id}", "http.response.status_code": 500, "other": "x"},
        ),
    )
    export.resource_spans[0].resource.attributes.extend(
        otlp.pairs({"service.namespace": "shop", "service.instance.id": "i1", "error.type": "of the resource"})
    )
    watched.flush()
    watched.keep(export)
    watched.flush()
    labels = {
        "__name__": CALLS,
        "job": "shop/api",
        "instance": "i1",
        "service_name": "api",
        "service_namespace": "shop",
        "service_instance_id": "i1",
        "deployment_environment_name": "development",
        "span_name": "GET /things/{id}",
        "span_kind": "SPAN_KIND_SERVER",
        "status_code": "STATUS_CODE_ERROR",
        "http_route": "/things/{id}",
        "http_response_status_code": "500",
        "error_type": "of the resource",
    }
    (calls,) = watched.streams(CALLS)
    assert calls.labels == labels
    # It begins with zero where the last flush was, so that the first span is a rate too.
    assert (list(calls.times_ms), list(calls.values)) == ([watched.now_ms - 5_000, watched.now_ms], [0, 1])
    below = watched.newest(f"{DURATION}_bucket", "le")
    assert {end: count for (end,), count in below.items() if count == 0} == dict.fromkeys(("0.005", "0.01", "0.025"), 0)
    assert [count for (end,), count in below.items() if end in ("0.05", "30", "+Inf")] == [1, 1, 1]
    assert len(below) == 13
    assert watched.newest(f"{DURATION}_sum") == {(): pytest.approx(0.03)}
    assert watched.newest(f"{DURATION}_count") == {(): 1}
    (told,) = watched.streams("target_info", job="shop/api")
    assert told.labels.keys() == labels.keys() - {key for key in labels if key.startswith(("span", "status", "http"))}


def test_what_ends_before_it_begins_took_no_time_and_who_names_no_service_is_not_counted(watched: Watched) -> None:
    nameless = spans("x", "a")
    del nameless.resource_spans[0].resource.attributes[:]  # type: ignore[attr-defined]
    watched.keep(nameless, spans("api", "a", ms=-5))
    watched.flush()
    assert watched.newest(CALLS, "service_name") == {("api",): 1}
    assert watched.newest(f"{DURATION}_sum") == {(): 0}


def test_exemplars_stand_at_the_bucket_that_their_span_fell_into(watched: Watched) -> None:
    trace_ids = [otlp.new_trace_id() for _ in range(5)]
    watched.keep(*(otlp.traces("api", otlp.span(one, ms=40)) for one in trace_ids))
    watched.flush()
    found = EmbeddedSeries(watched.home / "signals.db").exemplars(
        [Matcher("__name__", "=", f"{DURATION}_bucket")], 0, watched.now_ms
    )
    assert [(one.labels["le"], round(one.value, 6), one.trace_id) for one in found] == [
        ("0.05", 0.04, one) for one in trace_ids[:3]
    ]


def test_more_than_may_be_counted_apart_is_counted_together(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans_module, "MOST_COUNTERS", 10)
    watched.keep(*(spans(f"s{number % 2}", f"/user/{number}") for number in range(50)))
    watched.flush()
    counts = watched.newest(CALLS, "service_name", "span_name", "otel_metric_overflow")
    assert sum(counts.values()) == 50
    assert {key: count for key, count in counts.items() if key[2]} == {("s0", "", "true"): 20, ("s1", "", "true"): 20}
    assert len(counts) == 12


def test_names_that_are_as_long_as_they_can_be_take_no_more_room_than_there_is(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans_module, "MOST_CHARACTERS_IN_ALL", 10_000)
    monkeypatch.setattr(points_module, "MOST_CHARACTERS", 10_000)
    export = spans("x" * 100_000, *(f"{number}{'y' * 100_000}" for number in range(30)))
    now = watched.now_ms * otlp.MS
    gauges = [otlp.gauge(f"m{number}", 1, time=now, long="z" * 3_000) for number in range(9)]
    watched.keep(otlp.metrics("api", *gauges), export)
    watched.flush()
    counts = watched.newest(CALLS, "service_name", "span_name", "otel_metric_overflow")
    assert {(len(service), len(name)) for service, name, _ in counts} == {(1_024, 1_024), (1_024, 0)}
    assert sum(counts.values()) == 30
    assert len(counts) < 12
    assert [bool(watched.newest(f"m{number}_ratio")) for number in range(9)] == [True] * 3 + [False] * 6
    written = Progress.read(watched.home)
    assert written is not None
    assert written.refused > 3


def test_a_service_that_sends_no_more_is_forgotten_and_begins_anew(watched: Watched) -> None:
    watched.keep(spans("gone", "a"), spans("stays", "a"))
    watched.flush()
    for _ in range(21):
        watched.keep(spans("stays", "a"))
        watched.flush(30_000)
    assert watched.newest(CALLS, "service_name").keys() == {("gone",), ("stays",)}
    watched.flush(300_000)
    assert watched.newest(CALLS, "service_name").keys() == {("stays",)}
    watched.keep(spans("gone", "a", "a"))
    watched.flush()
    assert watched.newest(CALLS, "service_name") == {("gone",): 2, ("stays",): 22}


def of_version(version: str, *named: str) -> object:
    export = spans("api", *named)
    export.resource_spans[0].resource.attributes.extend(otlp.pairs({"service.version": version}))  # type: ignore[attr-defined]
    return export


def test_a_version_is_counted_by_itself_from_its_first_span_on(watched: Watched) -> None:
    """Also while the one before it still runs: rates by service are sums over both."""
    watched.keep(of_version("1", "a"))
    watched.flush()
    watched.keep(of_version("1", "a"), of_version("2", "a", "a"))
    watched.flush()
    assert watched.newest(CALLS, "service_name", "service_version") == {("api", "1"): 2, ("api", "2"): 2}
    (first, last) = watched.streams(CALLS, service_version="2")[0].values
    assert (first, last) == (0, 2)
    assert watched.newest("target_info", "service_version", job="api") == {("1",): 1, ("2",): 1}
    watched.kill()
    watched.keep(of_version("2", "a"))
    watched.flush()
    assert watched.newest(CALLS, "service_version") == {("1",): 2, ("2",): 3}


def test_counters_of_an_earlier_version_of_this_program_end_and_begin_anew(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_module, "_APART", ("service.name",))
    watched.keep(spans("api", "a", "a"))
    watched.flush()
    monkeypatch.undo()
    watched.kill()
    watched.keep(spans("api", "a"))
    watched.flush()
    assert watched.newest(CALLS, "service_name") == {("api",): 1}
    ((_, key),) = watched.watcher.writer.rows("SELECT 0, key FROM counter")
    assert json.loads(json.loads(key)[1]) == ["api", "", "", ""]


def test_what_is_killed_between_two_flushes_counts_nothing_twice_and_leaves_nothing_out(watched: Watched) -> None:
    rng = random.Random(7)
    sent: Counter[tuple[str, str]] = Counter()
    for turn in range(30):
        for _ in range(rng.randrange(4)):
            service, name, count = rng.choice("abc"), rng.choice("xyz"), rng.randrange(1, 9)
            watched.keep(spans(service, *[name] * count))
            sent[service, name] += count
        match rng.randrange(3):
            case 0:
                watched.watcher.turn(watched.now_ms)
                watched.kill()
            case 1:
                watched.flush()
        if turn % 7 == 6:
            watched.flush()
            assert watched.newest(CALLS, "service_name", "span_name") == dict(sent)
    watched.flush()
    assert watched.newest(CALLS, "service_name", "span_name") == dict(sent)
    assert watched.newest(f"{DURATION}_count", "service_name", "span_name") == dict(sent)
    assert not watched.said


def test_after_a_clock_that_was_set_back_counting_goes_on(watched: Watched) -> None:
    watched.keep(spans("api", "a"))
    watched.flush()
    watched.now_ms -= 3_600_000
    watched.keep(spans("api", "a"))
    watched.flush()
    assert watched.newest(CALLS) == {(): 2}
