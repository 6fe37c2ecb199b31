"""A clock that jumps, and telemetry from far away in time."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from tests import otlp
from tests.running import CommandLine
from tests.stack import running_stack
from tests.tools import missing, need

from .senders import Sender

pytestmark = pytest.mark.usefixtures("free_ports")
YEAR = 365 * 24 * 3600 * otlp.SECOND


def test_a_clock_that_is_set_forward_is_told_and_removes_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("faketime")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        missing("faketime", "the library of faketime is not where Debian has it")
    clock = tmp_path / "clock"
    clock.write_text("+0")
    with monkeypatch.context() as faked:
        faked.setenv("LD_PRELOAD", str(library))
        faked.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
        faked.setenv("FAKETIME_NO_CACHE", "1")
        faked.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        up = CommandLine()("up", "--runtime", "embedded", "--json")
    assert up.code == 0, up.stderr
    with running_stack(home) as stack:
        sender = Sender(stack)
        sender.send()
        clock.write_text("+40d")
        status = stack.run("status", "--json").json()
        assert status["state"] == "running"
        assert "this machine's clock was set forward by 40 d while the engine ran" in status["components"][0]["detail"]
        told = [one for one in stack.run("doctor", "--json").json()["findings"] if one["check"] == "clock"]
        assert any("set forward by 40 d" in one["what"] and one["fix"] == "timedatectl status" for one in told)
        assert sender.send().status_code == 200
        assert sender.lost() == set()


def test_spans_far_from_now_are_kept_and_found_by_id_and_are_not_the_last(home: Path) -> None:
    now = time.time_ns()
    starts = (0, 1, now - 50 * YEAR, now + 200 * YEAR, 2**64 - 10**9)
    with running_stack(home) as stack:
        sent = {}
        for start in (now, *starts):
            trace_id = otlp.new_trace_id()
            body = otlp.traces("shop", otlp.span(trace_id, f"at {start}", start=start)).SerializeToString()
            url = f"{stack.endpoints['otlp_http']}/v1/traces"
            assert httpx.post(url, content=body, headers={"content-type": "application/x-protobuf"}).is_success
            sent[trace_id] = f"at {start}"
        found = {trace_id: spans[0].name for trace_id, spans in stack.stores.traces.spans(sent).items()}
        assert found == sent
        assert stack.run("trace", "last", "--json").json()["traces"][0]["spans"][0]["name"] == f"at {now}"
