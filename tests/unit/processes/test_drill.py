"""A drill is on while its process lives, and over however that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.processes.drill import DRILL_FILE, begin_drill, forget_drill, read_drill, scale_now
from phoenix_dev.usecases.drills import drill_notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BEGIN = "import sys; from pathlib import Path; from phoenix_dev.processes.drill import begin_drill; " \
    "begin_drill(Path(sys.argv[1]), 20); print('on', flush=True); sys.stdin.read()"  # fmt: skip


@contextmanager
def drill_of_another(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", _BEGIN, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def test_a_drill_that_was_killed_is_over_and_is_told_of_where_it_left_something(tmp_path: Path) -> None:
    assert scale_now(tmp_path) == 1
    with drill_of_another(tmp_path) as other:
        assert scale_now(tmp_path) == 20
        assert drill_notice(tmp_path, "embedded").startswith("a drill is on: durations of rules are divided by 20")
        with pytest.raises(NotReady, match=f"another drill is on: the process {other.pid}"):
            begin_drill(tmp_path, 5)
        other.send_signal(signal.SIGKILL)
        other.wait(10)
    assert scale_now(tmp_path) == 1
    assert drill_notice(tmp_path, "embedded") == ""
    assert "a drill was killed" in drill_notice(tmp_path, "compose")
    assert "phoenix-dev up" in drill_notice(tmp_path, "compose")


def test_the_next_drill_takes_the_place_of_one_that_was_killed(tmp_path: Path) -> None:
    with drill_of_another(tmp_path):
        pass
    begin_drill(tmp_path, 5)
    assert scale_now(tmp_path) == 5
    forget_drill(tmp_path)
    assert (scale_now(tmp_path), drill_notice(tmp_path, "compose")) == (1, "")


@pytest.mark.parametrize("text", ["", "[]", '{"time_scale": "x"}', '{"time_scale": 60, "pid": 1, "identity": ""}'])
def test_what_no_drill_has_written_divides_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / DRILL_FILE).write_text(text)
    assert scale_now(tmp_path) == 1
    found = read_drill(tmp_path)
    assert found is None or not found.on
