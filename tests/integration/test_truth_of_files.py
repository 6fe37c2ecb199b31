"""Truth where services know nothing of OTLP logs: what a request caused, read from the services' log files, exactly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_dev.usecases.find_request import find_request
from tests.demo_files import send_and_follow, with_trace
from tests.stack import running_stack
from tests.truth import IDS, expected, logs_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack import RunningStack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp("truth-of-files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOENIX_DEV_LOGS_FILES", str(demo_folder(home) / "*.log"))
        with running_stack(home) as running:
            yield running


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> list[dict[str, Any]]:
    return send_and_follow(stack, 30)


def demo_folder(home: Path) -> Path:
    return home / "projects" / "phoenix" / "demo"


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
