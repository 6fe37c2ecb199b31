"""An engine that cannot write says so, presses back, and is well again once it can."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx

from tests import otlp
from tests.stack import running_stack
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stack import RunningStack


def send(stack: RunningStack, trace_id: str) -> httpx.Response:
    body = otlp.traces("shop", otlp.span(trace_id)).SerializeToString()
    headers = {"content-type": "application/x-protobuf"}
    return httpx.post(f"{stack.endpoints['otlp_http']}/v1/traces", content=body, headers=headers, timeout=30)


def test_a_store_that_cannot_be_written_is_told_and_heals(home: Path) -> None:
    first, second = otlp.new_trace_id(), otlp.new_trace_id()
    with running_stack(home) as stack:
        with closing(sqlite3.connect(home / "projects/phoenix/telemetry.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # somebody holds the file for longer than the engine waits
            refused = send(stack, first)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) >= 1
            status = stack.run("status", "--json").json()
            assert status["state"] == "degraded"
            assert "could not write: database is locked" in status["components"][0]["detail"]
            other.execute("ROLLBACK")
        wait_until(lambda: send(stack, second).status_code == 200, what="an engine that takes spans again")
        assert stack.run("status", "--json").json()["state"] == "running"
        assert set(stack.stores.traces.spans([first, second])) == {second}, "what was refused was not kept"
