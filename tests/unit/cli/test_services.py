"""`services --graph`."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Invoke


def test_the_graph_shows_who_calls_whom_and_its_json_the_same(keep: Callable[..., None], invoke: Invoke) -> None:
    trace, outer, now = otlp.new_trace_id(), otlp.new_span_id(), time.time_ns()
    keep(
        otlp.traces("web", otlp.span(trace, "GET /", span_id=outer, start=now, ms=9, kind=2)),
        otlp.traces("llm", otlp.span(trace, "chat", parent=outer, start=now, ms=5, kind=2, error="timed out")),
    )
    shown = invoke("services", "--graph").stdout.splitlines()
    assert [line.split()[:2] for line in shown[1:]] == [["web", "1"], ["└", "llm"]]
    assert shown[2].split()[2:] == ["1", "1/h", "✗", "100", "%", "5", "ms"]
    found = json.loads(invoke("services", "--graph", "--json").stdout)
    assert [(one["caller"], one["callee"], one["errors"], one["p95_ms"]) for one in found["calls"]] == [
        ("web", "llm", 1, 5.0)
    ]


def test_without_any_service_it_is_told_where_to_send(keep: Callable[..., None], invoke: Invoke) -> None:
    keep()
    ran = invoke("services", "--graph")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "phoenix-dev env" in ran.stderr
