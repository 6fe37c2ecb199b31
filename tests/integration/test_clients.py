"""Applications that are not ours: the OpenTelemetry SDKs of Python, JavaScript and Rust, over HTTP and over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.applications import ALL, sent_by
from tests.clients.returned import IDS, returned, sent
from tests.stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack import RunningStack

COUNT = 24


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("clients")) as running:
        yield running


@pytest.mark.parametrize(("language", "protocol"), ALL)
def test_each_id_returns_exactly_what_was_sent(
    stack: RunningStack, language: str, protocol: str, tmp_path: Path
) -> None:
    endpoint = stack.endpoints["otlp_grpc" if protocol == "grpc" else "otlp_http"]
    told = sent_by(language, protocol, endpoint, count=COUNT, folder=tmp_path)
    assert len(told) == COUNT
    for line in told:
        for name in IDS:
            assert returned(stack.stores, line[name]) == sent(line), name
