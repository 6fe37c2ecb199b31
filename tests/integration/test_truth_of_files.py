"""Truth where services know nothing of OTLP logs: what a request caused, read from the services' log files, exactly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.demo import system
from phoenix_dev.stores.logs import LogFilter
from phoenix_dev.usecases.environment import environment
from phoenix_dev.usecases.find_request import find_request
from tests.stack import running_stack
from tests.truth import IDS, expected, logs_of, spans_of
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack import RunningStack

#: Each of the demo's faults in every third request.
TRAFFIC = (("slow-llm", 1), ("llm-errors", 2), ("lost-context", 3))
COUNT = 40


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp("truth-of-files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOENIX_DEV_LOGS_FILES", str(demo_folder(home) / "*.log"))
        with running_stack(home) as running:
            yield running


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> list[dict[str, Any]]:
    """Every request with its IDs and its truth. The demo exports no logs; all of its files have been read."""
    variables = {**environment(stack.endpoints["otlp_http"]), "OTEL_LOGS_EXPORTER": "none"}
    system.start(stack.home / "projects" / stack.project, variables)
    lines = []
    try:
        for fault, seed in TRAFFIC:
            arguments = ("--count", str(COUNT), "--fault", fault, "--fault-every", "3", "--seed", str(seed))
            lines += stack.run("demo", "traffic", "--json", *arguments, timeout=180).json_lines()
    finally:
        stack.run("demo", "stop")
    caused = sum(count for line in lines for *_, count in line["truth"]["logs"])
    wait_until(lambda: len(with_trace(stack)) >= caused, 30, what="the last line of the demo's files")
    return lines


def demo_folder(home: Path) -> Path:
    return home / "projects" / "phoenix" / "demo"


def with_trace(stack: RunningStack) -> list[Any]:
    return [record for record in stack.stores.logs.search(LogFilter(), None).records if record.trace_id]


@pytest.mark.parametrize("id_name", IDS)
def test_each_id_returns_exactly_what_the_request_caused(
    sent: list[dict[str, Any]], stack: RunningStack, id_name: str
) -> None:
    for line in sent:
        found = find_request(stack.stores, line[id_name])
        spans, logs = expected(line, id_name)
        assert spans_of(found) == spans, line
        assert logs_of(found) == logs, line


def test_the_whole_store_holds_what_was_written_and_nothing_else(
    sent: list[dict[str, Any]], stack: RunningStack
) -> None:
    logs: Counter[str] = Counter()
    for line in sent:
        for service, _, _, count in line["truth"]["logs"]:
            logs[service] += count
    assert Counter(record.service for record in with_trace(stack)) == logs
    assert all(record.span_id and record.correlation_id and record.request_id for record in with_trace(stack))
