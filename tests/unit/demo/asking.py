"""The running system, asked by hand and held to the truth."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.demo.traffic import Sent
    from tests.unit.demo.conftest import Running


def flat(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, int]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{name}.")
        else:
            yield path + name, value


def post(running: Running, body: bytes | dict[str, Any], headers: dict[str, str] | None = None) -> tuple[int, Any, Any]:
    """Status, body and headers of a request as a developer would send it by hand."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = running.system.url_of("api-gateway") + "/api/process"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, headers or {})) as response:
            return response.status, json.load(response), response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers


def expect_truth(running: Running, sent: Sent) -> None:
    got = running.sink.got
    assert sent.status_code == sent.scenario.status_code
    assert len(sent.trace_ids) == len(sent.truth.traces)
    for trace_id, truth in zip(sent.trace_ids, sent.truth.traces, strict=True):
        trace = got.of_trace(trace_id)
        assert trace.counted == (truth.spans, truth.logs)
        roots = [span for span in trace.spans if not span.raw.parent_span_id]
        assert [(root.service, root.raw.name) for root in roots] == [truth.root]
        known = {span.raw.span_id for span in trace.spans}
        assert all(span.raw.parent_span_id in known for span in trace.spans if span.raw.parent_span_id)
    for key, value in (("correlation_id", sent.correlation_id), ("request_id", sent.request_id)):
        assert got.of(key, value).counted == (sent.truth.spans, sent.truth.logs)
