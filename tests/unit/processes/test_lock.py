from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from phoenix_dev.processes.lock import FileLock, holder, is_held
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, pathlib
from phoenix_dev.processes.lock import FileLock
lock = FileLock.take(pathlib.Path(sys.argv[1]))
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_lock_has_one_holder_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    assert not is_held(path)
    lock = FileLock.take(path)
    assert lock is not None
    assert is_held(path)
    assert FileLock.take(path) is None
    lock.release()
    assert not is_held(path)
    again = FileLock.take(path)
    assert again is not None
    again.release()


def test_the_holder_says_which_process_it_is(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    assert holder(path) is None
    lock = FileLock.take(path)
    assert lock is not None
    with lock:
        said = holder(path)
        assert said is not None
        assert said.pid == os.getpid()
        assert said.alive
    assert holder(path) is None


def test_what_a_file_says_counts_for_nothing_while_nobody_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    path.write_text('{"pid": 1, "identity": "x"}')
    assert holder(path) is None


def test_a_holder_that_does_not_say_who_it_is_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    lock = FileLock.take(path)
    assert lock is not None
    for nonsense in ("", "null", "[]", '{"pid": "one"}', '{"pid": 1'):
        path.write_text(nonsense)
        assert is_held(path)
        assert holder(path) is None
    lock.release()


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        said = holder(path)
        assert said is not None
        assert said.pid == process.pid
        assert said.alive
        process.send_signal(signal.SIGKILL)
        wait_until(lambda: not is_held(path))
        assert not said.alive


def test_asking_again_and_again_keeps_nobody_from_taking_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            is_held(path)

    path.touch()
    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for _ in range(20):
            lock = FileLock.take(path)
            assert lock is not None
            lock.release()
    finally:
        done.set()
        for asker in askers:
            asker.join()


def test_a_holder_notices_that_its_file_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    lock = FileLock.take(path)
    assert lock is not None
    found = [lock.in_place]
    path.unlink()
    found.append(lock.in_place)
    path.touch()
    found.append(lock.in_place)
    lock.release()
    assert found == [True, False, False]


def test_who_waits_for_a_lock_has_it_as_soon_as_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    lock = FileLock.wait_for(path)
    got = threading.Event()

    def wait() -> None:
        with FileLock.wait_for(path):
            got.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not got.wait(0.1)
    lock.release()
    waiting.join(10)
    assert got.is_set()
    assert not is_held(path)
