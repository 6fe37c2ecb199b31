"""A client that is not ours: an application with the plain OpenTelemetry SDK, over HTTP and over gRPC."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.usecases.find_request import find_request
from tests.stack import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import RunningStack

APP = Path(__file__).with_name("plain_app.py")
COUNT = 30


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("plain")) as running:
        yield running


@pytest.mark.parametrize(("protocol", "endpoint"), [("http", "otlp_http"), ("grpc", "otlp_grpc")])
def test_each_id_returns_exactly_what_was_sent(stack: RunningStack, protocol: str, endpoint: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", str(APP), protocol, str(COUNT)],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": stack.endpoints[endpoint]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(told) == COUNT
    stores = stack.stores
    for line in told:
        for id_name in ("trace_id", "traceparent", "correlation_id", "request_id", "span_id"):
            found = find_request(stores, line[id_name])
            (trace,) = found.traces
            assert trace.trace_id == line["trace_id"]
            assert sorted(span.name for span in trace.spans) == line["spans"], id_name
            assert sorted(record.message for record in found.all_logs) == line["logs"], id_name
            assert trace.error == line["error"]
