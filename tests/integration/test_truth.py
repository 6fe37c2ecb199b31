"""Truth: each ID of a request returns exactly what the request caused, nothing missing and nothing foreign.

1,000 requests to the demo system, 200 of them faulty. What each must have caused is computed from its seed and scenario
alone (phoenix_dev/demo/truth.py).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.usecases.find_request import find_request
from tests.stack import running_stack
from tests.truth import (
    IDS,
    expect_the_commands_to_say_it,
    expected,
    logs_of,
    requests_expected,
    requests_told,
    send_traffic,
    spans_of,
    truths,
    used_expected,
    used_told,
)
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.stores import Stores
    from tests.stack import RunningStack

AS_COMMANDS = 40


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("truth")) as running:
        yield running


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> list[dict[str, Any]]:
    """Every request, with its IDs and its ground truth."""
    return send_traffic(stack)


@pytest.fixture(scope="module")
def stores(stack: RunningStack) -> Stores:
    return stack.stores


@pytest.mark.parametrize("id_name", IDS)
def test_each_id_returns_exactly_what_the_request_caused(
    sent: list[dict[str, Any]], stores: Stores, id_name: str
) -> None:
    for line in sent:
        found = find_request(stores, line[id_name])
        spans, logs = expected(line, id_name)
        assert spans_of(found) == spans, line
        assert logs_of(found) == logs, line
        assert len(found.traces) == len(truths(line, id_name))
        assert not found.logs, "every log of the demo belongs to a trace"


def test_an_id_is_found_in_any_case_and_with_hyphens(sent: list[dict[str, Any]], stores: Stores) -> None:
    for line in sent[::50]:
        trace_id = line["trace_id"]
        hyphened = "-".join((trace_id[:8], trace_id[8:12], trace_id[12:16], trace_id[16:20], trace_id[20:])).upper()
        assert spans_of(find_request(stores, hyphened)) == expected(line, "trace_id")[0]


def test_each_trace_has_the_root_it_should(sent: list[dict[str, Any]], stores: Stores) -> None:
    for line in sent[::5]:
        found = find_request(stores, line["correlation_id"])
        roots = [(trace.root.service, trace.root.name) for trace in found.traces if trace.root]
        assert Counter(roots) == Counter(tuple(truth["root"]) for truth in line["truth"]["traces"])


def test_the_commands_say_the_same(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    """40 of them as whole commands: ten by each ID, half of them faulty."""
    faulty = [line for line in sent if line["fault"]]
    healthy = [line for line in sent if not line["fault"]]
    chosen = [*faulty[:: len(faulty) // 20][:20], *healthy[:: len(healthy) // 20][:20]]
    assert len(chosen) == AS_COMMANDS
    expect_the_commands_to_say_it(stack, chosen)


def test_span_metrics_and_log_counts_are_the_truth(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    """By service, name, kind and status; what was counted is looked at once all of it is there."""
    spans: Counter[tuple[str, ...]] = Counter()
    logs: Counter[tuple[str, ...]] = Counter()
    for line in sent:
        for service, name, kind, status, count in line["truth"]["spans"]:
            spans[service, name, f"SPAN_KIND_{kind.upper()}", f"STATUS_CODE_{status.upper()}"] += count
        for service, level, _, count in line["truth"]["logs"]:
            logs[service, level] += count
    for service in {service for service, _ in logs}:
        logs[service, "INFO"] += 2  # it began and ended
    series = stack.home / "projects" / stack.project / "signals.db"
    of_spans = ("service_name", "span_name", "span_kind", "status_code")
    wait_until(lambda: counted(series, "phoenix_log_records_total", "service_name", "severity") == logs)
    wait_until(lambda: counted(series, "traces_span_metrics_calls_total", *of_spans) == spans)
    wait_until(lambda: counted(series, "traces_span_metrics_duration_seconds_count", *of_spans) == spans)


def counted(series: Path, name: str, *by: str) -> Counter[tuple[str, ...]]:
    """What the series of a name say last, summed by some labels."""
    counts: Counter[tuple[str, ...]] = Counter()
    for stream in EmbeddedSeries(series).select([Matcher("__name__", "=", name)], 0, 2**60):
        counts[tuple(stream.labels[label] for label in by)] += int(stream.values[-1])
    return counts


def test_metrics_counts_every_request_and_what_it_used(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    wait_until(lambda: requests_told(metrics(stack)) == requests_expected(sent), what="every request")
    wait_until(lambda: used_told(metrics(stack)) == used_expected(sent), what="what services measured")
    found = metrics(stack)
    (endpoint,) = stack.run("metrics", "api-gateway", "--json").json()["endpoints"]
    assert (endpoint["endpoint"], endpoint["requests"]) == ("POST /api/process", len(sent))
    assert found["services"][0]["p50_ms"] <= found["services"][0]["p95_ms"] <= found["services"][0]["p99_ms"]


def metrics(stack: RunningStack) -> dict[str, Any]:
    return dict(stack.run("metrics", "--json").json())


def test_the_whole_store_holds_what_was_sent_and_nothing_else(
    sent: list[dict[str, Any]], stack: RunningStack, stores: Stores
) -> None:
    spans: Counter[str] = Counter()
    logs: Counter[str] = Counter()
    for line in sent:
        for service, _, _, _, count in line["truth"]["spans"]:
            spans[service] += count
        for service, _, _, count in line["truth"]["logs"]:
            logs[service] += count
    counted = stack.run("services", "--json").json()["services"]
    assert {row["service"]: row["spans"] for row in counted} == dict(spans)
    every = stores.logs.search(LogFilter(), None).records
    assert Counter(record.service for record in every if record.trace_id) == logs
    outside = {record.message for record in every if not record.trace_id}
    assert outside == {"service started", "service stopped"}
