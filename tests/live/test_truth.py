"""Truth on the real stack: each ID of a request returns exactly what the request caused.

Every one of the 1,000 requests by trace ID, read together; so many drawn with a fixed seed by each kind of ID, each for
itself; and the logs of all by one export of the period.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.model.request import Request
from phoenix_dev.signals.tuning import Tuning
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.alert_history import read_history
from phoenix_dev.usecases.courses import read_courses
from phoenix_dev.usecases.find_request import find_request, read_traces
from tests.stack import RunningStack, running_stack
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

    from phoenix_dev.model.course import Course
    from phoenix_dev.stores import Stores

DRAWN = 40
AS_COMMANDS = 12
EVERY_CHART = ("llm-rate", "tools-p95", "caches-hit", "breakers-state", "processes-cpu", "core_part")


@pytest.fixture(scope="module")
def stack(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp("live-truth")
    with running_stack(home, "--without", "grafana", project=f"live-truth-{os.getpid()}", runtime="compose") as running:
        yield running


@pytest.fixture(scope="module")
def stores(stack: RunningStack) -> Stores:
    return stack.stores


@pytest.fixture(scope="module")
def since_ns() -> int:
    return time.time_ns()


@pytest.fixture(scope="module")
def sent(stack: RunningStack, stores: Stores, since_ns: int) -> list[dict[str, Any]]:
    """Every request, with its IDs and its ground truth, once everything has arrived behind the collector's queues."""
    lines = send_traffic(stack)
    missing = lines

    def all_has_arrived() -> bool:
        nonlocal missing
        missing = incomplete(stores, missing)
        return not missing

    wait_until(all_has_arrived, deadline=90, what="all requests in Jaeger and Loki")
    return lines


def incomplete(stores: Stores, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of which less than they caused can be read by their trace ID."""
    traces = {trace.trace_id: trace for trace in read_traces(stores, [line["trace_id"] for line in lines])}

    def lacks(line: dict[str, Any]) -> bool:
        spans, logs = expected(line, "trace_id")
        trace = traces.get(line["trace_id"])
        return trace is None or len(trace.spans) < spans.total() or len(trace.logs) < logs.total()

    return [line for line in lines if lacks(line)]


def test_every_trace_holds_exactly_what_the_request_caused(sent: list[dict[str, Any]], stores: Stores) -> None:
    traces = {trace.trace_id: trace for trace in read_traces(stores, [line["trace_id"] for line in sent])}
    for line in sent:
        found = Request(line["trace_id"], "trace", (traces[line["trace_id"]],), ())
        spans, logs = expected(line, "trace_id")
        assert spans_of(found) == spans, line
        assert logs_of(found) == logs, line


@pytest.mark.parametrize("id_name", IDS)
@pytest.mark.parametrize("drawn", [DRAWN, pytest.param(1000, marks=pytest.mark.long)])
def test_each_id_returns_exactly_what_the_request_caused(
    sent: list[dict[str, Any]], stores: Stores, id_name: str, drawn: int
) -> None:
    for line in random.Random(4).sample(sent, drawn):
        found = find_request(stores, line[id_name])
        spans, logs = expected(line, id_name)
        assert spans_of(found) == spans, line
        assert logs_of(found) == logs, line
        assert len(found.traces) == len(truths(line, id_name))


def test_the_logs_of_the_period_are_those_of_all_requests_and_nothing_else(
    sent: list[dict[str, Any]], stores: Stores, since_ns: int
) -> None:
    wanted: Counter[tuple[str, ...]] = Counter()
    for line in sent:
        for *key, count in line["truth"]["logs"]:
            wanted[tuple(key)] += count
    page = stores.logs.search(LogFilter(since_ns=since_ns), None)
    found = Counter((record.service, record.level, record.message) for record in page.records if record.trace_id)
    assert found == wanted
    assert {record.message for record in page.records if not record.trace_id} == {"service started", "service stopped"}


def test_the_commands_say_the_same(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    expect_the_commands_to_say_it(stack, random.Random(5).sample(sent, AS_COMMANDS))


def test_metrics_counts_every_request_and_what_it_used(sent: list[dict[str, Any]], stack: RunningStack) -> None:
    def told() -> dict[str, Any]:
        return dict(stack.run("metrics", "--json").json())

    wait_until(lambda: requests_told(told()) == requests_expected(sent), deadline=60, what="the flush of all counters")
    wait_until(lambda: used_told(told()) == used_expected(sent), deadline=60, what="what services measured")


def test_every_chart_of_the_page_can_be_drawn(sent: list[dict[str, Any]], stores: Stores, since_ns: int) -> None:
    def courses() -> dict[str, Course]:
        found = read_courses(stores, "", since_ns - 60 * 10**9, time.time_ns(), Tuning())
        assert found.troubles == ()
        return {one.key: one for section in found.sections for one in section.courses}

    def everything_is_drawn() -> dict[str, Course]:
        """Counters begin at zero, which is a rate, but not yet a duration."""
        drawn = courses()
        lines = {line.name for line in drawn["services-p95"].lines} if "services-p95" in drawn else set()
        return drawn if others <= set(drawn) and lines == set(requests_expected(sent)) else {}

    others = {"llm-rate", "tools-p95", "caches-hit", "breakers-state", "processes-cpu", "core_part"}
    drawn = wait_until(everything_is_drawn, deadline=30, what="the flush of all counters")
    assert {line.name for line in drawn["services-rate"].lines} == set(requests_expected(sent))
    assert drawn["services-p95"].exemplars
    assert read_history(stores, since_ns - 60 * 10**9, time.time_ns()).times_ns
