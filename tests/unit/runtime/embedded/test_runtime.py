from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from phoenix_dev.errors import NotReady, UsageError
from phoenix_dev.processes.identity import identity
from phoenix_dev.processes.lock import FileLock
from phoenix_dev.receiver.sockets import bind_loopback
from phoenix_dev.runtime.embedded.handle import EngineHandle
from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
from phoenix_dev.runtime.record import EngineRecord, StackRecord
from phoenix_dev.settings import Ports, Settings
from phoenix_dev.telemetry.reader import open_stores
from tests.ports import free_port
from tests.unit.runtime.exports import one_span, send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.runtime.protocol import Started
    from tests.unit.runtime.conftest import Named

PATIENCE_S = 30.0
TRACE = "0af7651916cd43dd8448eb211c80319c"


def process_of(runtime: EmbeddedRuntime) -> int:
    record = runtime.engine.record()
    assert record is not None
    return record.pid


def engines_of(runtime: EmbeddedRuntime) -> list[int]:
    """Processes that were started as engines of this folder."""
    started = psutil.process_iter(["cmdline"])
    return [process.pid for process in started if str(runtime.home) in " ".join(process.info["cmdline"] or ())]


def kill(runtime: EmbeddedRuntime) -> None:
    os.kill(process_of(runtime), signal.SIGKILL)
    wait_until(lambda: not runtime.engine.runs)


def ports(started: Started) -> tuple[int, int]:
    endpoints = started.status.endpoints
    return int(endpoints.otlp_http.rpartition(":")[2]), int(endpoints.otlp_grpc.rpartition(":")[2])


@pytest.fixture
def somebodys_port() -> Iterator[int]:
    """A port on loopback that another process listens on."""
    sockets = bind_loopback(0)
    yield sockets[0].getsockname()[1]
    for sock in sockets:
        sock.close()


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


def test_an_engine_that_had_moved_is_found_where_it_was_after_a_kill(
    runtime: EmbeddedRuntime, somebodys_port: int
) -> None:
    moved = free_port()
    EngineRecord(1, "nobody", "0", 0, "phoenix", "development", moved, somebodys_port).write(make(runtime))
    http, grpc = ports(runtime.start(PATIENCE_S))
    assert http == moved
    assert grpc == runtime.settings.ports.otlp_grpc


def make(runtime: EmbeddedRuntime) -> Path:
    runtime.home.mkdir(parents=True)
    return runtime.home


def test_the_process_that_a_stale_record_names_is_never_touched(runtime: EmbeddedRuntime) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        EngineRecord(stranger.pid, "stale", "0", 0, "phoenix", "development", 1, 2).write(make(runtime))
        assert runtime.status().state == "stopped"
        assert runtime.stop().ran is False
        EngineRecord(stranger.pid, "stale", "0", 0, "phoenix", "development", 1, 2).write(runtime.home)
        assert runtime.start(PATIENCE_S).status.state == "running"
        assert process_of(runtime) != stranger.pid
        assert runtime.stop().ran
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_a_lock_held_by_a_process_that_names_another_is_not_reason_enough_to_kill_it(runtime: EmbeddedRuntime) -> None:
    make(runtime)
    lock = FileLock.take(runtime.engine.lock)
    assert lock is not None
    with lock, subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        runtime.engine.lock.write_text(json.dumps({"pid": stranger.pid, "identity": "another time"}))
        with pytest.raises(NotReady, match="does not say who it is"):
            runtime.stop()
        assert stranger.poll() is None
        stranger.communicate(b"\n")


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


def test_a_taken_port_moves_and_that_is_told(runtime: EmbeddedRuntime, somebodys_port: int) -> None:
    taken = EmbeddedRuntime(runtime.home, Settings(ports=Ports(otlp_http=somebodys_port)))
    started = taken.start(PATIENCE_S)
    assert any(f"port {somebodys_port} is taken: OTLP/HTTP listens on " in note for note in started.notes)
    http, _ = ports(started)
    assert http > somebodys_port
    assert taken.endpoints().otlp_http == f"http://127.0.0.1:{http}"
    assert send(taken.endpoints().otlp_http, one_span(TRACE)) == 200


@pytest.mark.parametrize("name", ["otlp_http", "otlp_grpc"])
def test_a_named_port_that_is_taken_is_refused(with_ports: Named, somebodys_port: int, name: str) -> None:
    stack = with_ports(**{name: somebodys_port})
    with pytest.raises(NotReady, match=f"port {somebodys_port}, named for OTLP/.*, is taken") as caught:
        stack.start(PATIENCE_S)
    assert "phoenix-dev up --otlp-" in caught.value.hint
    assert stack.status().state == "stopped"


def test_a_port_taken_on_the_ipv6_address_alone_is_taken(with_ports: Named) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other, pytest.raises(NotReady, match="is taken"):
        with_ports(otlp_http=other.getsockname()[1]).start(PATIENCE_S)


def test_naming_another_port_starts_the_engine_anew_and_keeps_its_data(
    runtime: EmbeddedRuntime, with_ports: Named
) -> None:
    send(runtime.start(PATIENCE_S).status.endpoints.otlp_http, one_span(TRACE))
    port = free_port()
    started = with_ports(otlp_http=port).start(PATIENCE_S)
    assert ports(started)[0] == port
    assert "started anew: OTLP/HTTP moves to the port you named" in started.notes[0]
    assert open_stores(runtime.home / "telemetry.db").traces.spans([TRACE])
    again = process_of(runtime)
    assert with_ports(otlp_http=port).start(PATIENCE_S).notes == ()
    assert process_of(runtime) == again


def test_a_port_that_is_not_named_stays_where_it_is_when_the_engine_is_started_anew(with_ports: Named) -> None:
    first = with_ports(otlp_http=free_port(), otlp_grpc=free_port()).start(PATIENCE_S).status.endpoints
    http = free_port()
    moved = with_ports(otlp_http=http).start(PATIENCE_S)
    assert moved.status.endpoints.otlp_http == f"http://127.0.0.1:{http}"
    assert moved.status.endpoints.otlp_grpc == first.otlp_grpc, "what sends to it finds it"
    assert any("OTLP/HTTP moves" in note for note in moved.notes)


def test_naming_a_taken_port_leaves_alone_what_runs(
    runtime: EmbeddedRuntime, with_ports: Named, somebodys_port: int
) -> None:
    runtime.start(PATIENCE_S)
    before = process_of(runtime)
    with pytest.raises(NotReady, match=f"port {somebodys_port}"):
        with_ports(otlp_grpc=somebodys_port).start(PATIENCE_S)
    assert process_of(runtime) == before
    assert runtime.status().state == "running"


def test_an_engine_of_another_version_is_replaced(runtime: EmbeddedRuntime) -> None:
    runtime.start(PATIENCE_S)
    before = process_of(runtime)
    record = json.loads((runtime.home / "runtime.json").read_text())
    (runtime.home / "runtime.json").write_text(json.dumps({**record, "version": "0.0.1"}))
    assert "it was of version 0.0.1" in runtime.start(PATIENCE_S).notes[0]
    assert process_of(runtime) != before


def test_an_engine_that_hangs_is_degraded_and_named_and_down_ends_it(runtime: EmbeddedRuntime) -> None:
    runtime.start(PATIENCE_S)
    pid = process_of(runtime)
    os.kill(pid, signal.SIGSTOP)
    status = runtime.status()
    assert status.state == "degraded"
    assert status.components[0].health == "unhealthy"
    assert f"process {pid} does not answer" in status.components[0].detail
    with pytest.raises(NotReady, match="does not answer"):
        runtime.start(timeout_s=0.2)
    stopped = EngineHandle(runtime.home, stop_s=0.2).stop()
    assert stopped.ran
    assert "was killed" in stopped.notes[0]
    assert identity(pid) == ""
    assert runtime.start(PATIENCE_S).status.state == "running"


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


def test_a_start_that_takes_too_long_leaves_nothing_behind(runtime: EmbeddedRuntime) -> None:
    with pytest.raises(NotReady, match="was not ready in time") as caught:
        runtime.start(timeout_s=0.01)
    assert "engine.log" in caught.value.hint
    assert not runtime.engine.runs


def test_an_engine_that_cannot_even_begin_gives_its_last_words(
    runtime: EmbeddedRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(NotReady, match=r"ended before it was ready: .+") as caught:
        runtime.start(PATIENCE_S)
    assert "it said nothing" not in caught.value.message


def test_a_store_of_a_newer_version_gives_its_sentence(runtime: EmbeddedRuntime) -> None:
    runtime.start(PATIENCE_S)
    runtime.stop()
    database = sqlite3.connect(runtime.home / "telemetry.db")
    database.execute("PRAGMA user_version = 999")
    database.close()
    with pytest.raises(NotReady, match="written by a newer phoenix-dev") as caught:
        runtime.start(PATIENCE_S)
    assert caught.value.hint == "pip install --upgrade phoenix-dev"
    assert not runtime.engine.runs


@pytest.mark.parametrize("place", ["/proc/no/such/place", "under-a-file"])
def test_a_folder_that_cannot_be_written_gives_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home" if place == "under-a-file" else Path(place)
    stack = EmbeddedRuntime(home, Settings())
    with pytest.raises(NotReady, match="cannot be written"):
        stack.start(PATIENCE_S)
    assert stack.status().state == "stopped"


@pytest.mark.parametrize("file", ["engine.lock", "engine.stderr", "engine.log", "runtime.json", "stack.json"])
def test_a_file_that_cannot_be_written_gives_a_sentence(runtime: EmbeddedRuntime, file: str) -> None:
    (make(runtime) / file / "in the way").mkdir(parents=True)
    with pytest.raises(NotReady, match=r"cannot be written|could not start: IsADirectoryError"):
        runtime.start(PATIENCE_S)
    if file == "engine.lock":
        shutil.rmtree(runtime.home)


def test_a_folder_with_spaces_quotes_and_letters_of_any_script(home: Path) -> None:
    stack = EmbeddedRuntime(home / "mein 'Ordner' ünï ♥ 空", Settings())
    try:
        assert send(stack.start(PATIENCE_S).status.endpoints.otlp_http, one_span(TRACE)) == 200
        assert stack.status().state == "running"
    finally:
        assert stack.stop().ran


def test_two_projects_run_side_by_side(runtime: EmbeddedRuntime, home: Path) -> None:
    other = EmbeddedRuntime(home / "projects" / "shop", Settings(project="shop"))
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
