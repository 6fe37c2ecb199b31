"""Truth: each ID of a request returns exactly what the request caused, nothing missing and nothing foreign.

1,000 requests to the demo system, 200 of them faulty. What each must have caused is computed from its seed and scenario
alone (phoenix_dev/demo/truth.py).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.model.log import level_of
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.find_request import find_request
from tests.integration.stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.request import Request
    from phoenix_dev.stores import Stores
    from tests.integration.stack import RunningStack

#: count, fault, every so many: 1,000 requests, 200 of them faulty.
TRAFFIC = ((340, "slow-llm", 5), (330, "llm-errors", 5), (330, "lost-context", 5))
AS_COMMANDS = 40
IDS = ("trace_id", "traceparent", "correlation_id", "request_id")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("truth")) as running:
        yield running


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> list[dict[str, Any]]:
    """Every request, with its IDs and its ground truth, as `demo traffic --json` prints them."""
    stack.run("demo", "start")
    try:
        lines = []
        for seed, (count, fault, every) in enumerate(TRAFFIC):
            arguments = ("--count", str(count), "--fault", fault, "--fault-every", str(every), "--seed", str(seed))
            lines += stack.run("demo", "traffic", "--json", *arguments).json_lines()
    finally:
        stack.run("demo", "stop")
    assert len(lines) == 1000
    assert sum(bool(line["fault"]) for line in lines) == 200
    return lines


@pytest.fixture(scope="module")
def stores(stack: RunningStack) -> Stores:
    return stack.stores


@pytest.mark.parametrize("id_name", IDS)
def test_each_id_returns_exactly_what_the_request_caused(
    sent: list[dict[str, Any]], stores: Stores, id_name: str
) -> None:
    for line in sent:
        found = find_request(stores, line[id_name])
        spans, logs = _expected(line, id_name)
        assert _spans(found) == spans, line
        assert _logs(found) == logs, line
        assert len(found.traces) == len(_truths(line, id_name))
        assert not found.logs, "every log of the demo belongs to a trace"


def test_an_id_is_found_in_any_case_and_with_hyphens(sent: list[dict[str, Any]], stores: Stores) -> None:
    for line in sent[::50]:
        trace_id = line["trace_id"]
        hyphened = "-".join((trace_id[:8], trace_id[8:12], trace_id[12:16], trace_id[16:20], trace_id[20:])).upper()
        assert _spans(find_request(stores, hyphened)) == _expected(line, "trace_id")[0]


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
    for index, line in enumerate(chosen):
        id_name = IDS[index % len(IDS)]
        spans, logs = _expected(line, id_name)
        shown = stack.run("trace", line[id_name], "--json").json()
        rows = [span for trace in shown["traces"] for span in trace["spans"]]
        assert Counter((s["service"], s["name"], s["kind"], s["status"]) for s in rows) == spans
        assert Counter(_log_key(log) for trace in shown["traces"] for log in trace["logs"]) == logs
        told = stack.run("logs", "--correlation", line[id_name], "--json").json_lines()
        assert Counter(_log_key(log) for log in told) == logs
        assert [log["timestamp"] for log in told] == sorted(log["timestamp"] for log in told)


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


def _truths(line: dict[str, Any], id_name: str) -> list[dict[str, Any]]:
    """A trace ID leads to the request's own trace; a correlation or request ID to the torn-off one as well."""
    traces: list[dict[str, Any]] = line["truth"]["traces"]
    return traces[:1] if id_name in ("trace_id", "traceparent") else traces


def _expected(line: dict[str, Any], id_name: str) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
    spans: Counter[tuple[str, ...]] = Counter()
    logs: Counter[tuple[str, ...]] = Counter()
    for truth in _truths(line, id_name):
        for *key, count in truth["spans"]:
            spans[tuple(key)] += count
        for *key, count in truth["logs"]:
            logs[tuple(key)] += count
    return spans, logs


def _spans(found: Request) -> Counter[tuple[str, ...]]:
    return Counter((s.service, s.name, s.kind, s.status) for trace in found.traces for s in trace.spans)


def _logs(found: Request) -> Counter[tuple[str, ...]]:
    return Counter((r.service, level_of(r.severity_number), r.message) for r in found.all_logs)


def _log_key(log: dict[str, Any]) -> tuple[str, ...]:
    return log["service"], log["level"], log["message"]
