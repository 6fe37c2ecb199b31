"""Starting, asking and stopping an engine, from the inside."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from phoenix_dev.errors import NotReady, UsageError
from phoenix_dev.processes.lock import FileLock
from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
from phoenix_dev.runtime.record import EngineRecord, StackRecord
from phoenix_dev.settings import Settings
from phoenix_dev.telemetry.reader import open_stores
from tests.unit.runtime.embedded.started import PATIENCE_S, TRACE, kill, make, ports, process_of
from tests.unit.runtime.exports import one_span, send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.runtime.protocol import Started


def engines_of(runtime: EmbeddedRuntime) -> list[int]:
    """Processes that were started as engines of this folder."""
    started = psutil.process_iter(["cmdline"])
    return [process.pid for process in started if str(runtime.home) in " ".join(process.info["cmdline"] or ())]


def test_a_started_stack_takes_an_export_at_once(runtime: EmbeddedRuntime) -> None:
    started = runtime.start(PATIENCE_S)
    assert started.status.state == "running"
    assert send(started.status.endpoints.otlp_http, one_span(TRACE)) == 200
    http, grpc = ports(started)
    for port in (http, grpc):
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, port), timeout=5).close()


def test_starting_again_finds_the_same_engine(runtime: EmbeddedRuntime) -> None:
    first = runtime.start(PATIENCE_S)
    before = process_of(runtime)
    second = runtime.start(PATIENCE_S)
    assert process_of(runtime) == before
    assert second.notes == ()
    assert second.status.endpoints == first.status.endpoints


def test_status_tells_process_memory_and_data(runtime: EmbeddedRuntime) -> None:
    before = time.time_ns()
    runtime.start(PATIENCE_S)
    status = runtime.status()
    engine = status.components[0]
    assert (status.runtime, status.profile, status.project) == ("embedded", "development", "phoenix")
    assert (engine.name, engine.state, engine.health) == ("engine", "running", "healthy")
    assert engine.memory_bytes == pytest.approx(psutil.Process(process_of(runtime)).memory_info().rss, rel=0.2)
    assert status.since_ns is not None
    assert before < status.since_ns < time.time_ns()
    assert status.data.path == str(runtime.home / "telemetry.db")
    assert status.data.size_bytes > 0


def test_a_stack_that_never_ran_is_stopped_and_has_no_folder(runtime: EmbeddedRuntime) -> None:
    assert runtime.status().state == "stopped"
    assert runtime.data().size_bytes == 0
    assert runtime.stop().ran is False
    runtime.delete_data()
    assert not runtime.home.exists()
    with pytest.raises(NotReady, match="project phoenix does not run"):
        runtime.endpoints()


def test_after_down_the_data_stays_and_what_ran_is_remembered(runtime: EmbeddedRuntime) -> None:
    runtime.start(PATIENCE_S)
    assert runtime.stop().ran
    assert runtime.status().state == "stopped"
    assert runtime.data().size_bytes > 0
    assert EngineRecord.read(runtime.home) is None
    assert StackRecord.read(runtime.home) == StackRecord("embedded", "phoenix", "development")
    assert runtime.stop().ran is False


def test_a_killed_engine_heals_on_the_next_start_at_the_same_ports(runtime: EmbeddedRuntime) -> None:
    first = runtime.start(PATIENCE_S)
    send(first.status.endpoints.otlp_http, one_span(TRACE))
    kill(runtime)
    assert runtime.status().state == "stopped"
    second = runtime.start(PATIENCE_S)
    assert second.status.state == "running"
    assert second.status.endpoints == first.status.endpoints
    assert open_stores(runtime.home / "telemetry.db").traces.spans([TRACE])


def test_starts_at_the_same_time_end_with_one_engine(runtime: EmbeddedRuntime) -> None:
    found: list[Started] = []
    starting = [threading.Thread(target=lambda: found.append(runtime.start(PATIENCE_S))) for _ in range(4)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    assert len(found) == 4
    assert len({started.status.components[0].detail for started in found}) == 1
    wait_until(lambda: engines_of(runtime) == [process_of(runtime)], what="one engine alone")


def test_an_engine_of_another_version_is_replaced(runtime: EmbeddedRuntime) -> None:
    runtime.start(PATIENCE_S)
    before = process_of(runtime)
    record = json.loads((runtime.home / "runtime.json").read_text())
    (runtime.home / "runtime.json").write_text(json.dumps({**record, "version": "0.0.1"}))
    assert "it was of version 0.0.1" in runtime.start(PATIENCE_S).notes[0]
    assert process_of(runtime) != before


def test_an_engine_that_is_starting_is_told_as_such(runtime: EmbeddedRuntime) -> None:
    make(runtime)
    lock = FileLock.take(runtime.engine.lock)
    assert lock is not None
    with lock:
        status = runtime.status()
        assert status.state == "degraded"
        assert status.components[0].state == "starting"
        (runtime.home / "telemetry.db").touch()
        with pytest.raises(NotReady, match="while the engine runs"):
            runtime.delete_data()


def test_a_folder_with_spaces_quotes_and_letters_of_any_script(runtime: EmbeddedRuntime, home: Path) -> None:
    stack = EmbeddedRuntime(home / "mein 'Ordner' ünï ♥ 空", runtime.settings)
    try:
        assert send(stack.start(PATIENCE_S).status.endpoints.otlp_http, one_span(TRACE)) == 200
        assert stack.status().state == "running"
    finally:
        assert stack.stop().ran


def test_two_projects_run_side_by_side(runtime: EmbeddedRuntime, home: Path) -> None:
    other = EmbeddedRuntime(home / "projects" / "shop", replace(runtime.settings, project="shop"))
    first = runtime.start(PATIENCE_S)
    try:
        second = other.start(PATIENCE_S)
        assert len({*ports(first), *ports(second)}) == 4
        assert second.status.project == "shop"
    finally:
        other.stop()
    assert runtime.status().state == "running"


def test_data_is_deleted_only_when_nothing_runs(runtime: EmbeddedRuntime) -> None:
    runtime.start(PATIENCE_S)
    with pytest.raises(NotReady, match="while the engine runs"):
        runtime.delete_data()
    runtime.stop()
    runtime.delete_data()
    assert runtime.data().size_bytes == 0
    assert list(runtime.home.glob("telemetry*")) == []


def test_the_embedded_runtime_knows_one_profile(runtime: EmbeddedRuntime) -> None:
    production = EmbeddedRuntime(runtime.home, Settings(profile="production"))
    with pytest.raises(UsageError, match="profile development only"):
        production.start(PATIENCE_S)
    assert not runtime.engine.runs
