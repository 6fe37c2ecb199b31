"""What is in the way of a start is told in a sentence, and nothing that is not ours is touched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.identity import identity
from phoenix_dev.processes.lock import FileLock
from phoenix_dev.runtime.embedded.handle import EngineHandle
from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime
from phoenix_dev.runtime.record import EngineRecord
from phoenix_dev.settings import Settings
from tests.unit.runtime.embedded.started import PATIENCE_S, make, process_of


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
