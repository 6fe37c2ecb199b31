from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from phoenix_dev.runtime.embedded.engine_log import last_words

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20


def run(home: Path, code: str) -> int:
    """Run code in a process whose log is open."""
    opening = "import logging, os, pathlib, sys, warnings\nfrom phoenix_dev.runtime.embedded.engine_log import *\n"
    program = f"{opening}home = pathlib.Path(sys.argv[1])\nopen_log(home)\n{code}"
    return subprocess.run([sys.executable, "-c", program, str(home)], check=False, timeout=60).returncode


def log_of(home: Path) -> str:
    return (home / "engine.log").read_text()


def test_the_log_rotates_and_never_takes_more_than_three_files_of_a_mebibyte(tmp_path: Path) -> None:
    run(tmp_path, "for n in range(50_000): logging.info(f'line {n} ' + 'x' * 80)")
    files = sorted(tmp_path.glob("engine.log*"))
    assert [path.name for path in files] == ["engine.log", "engine.log.1", "engine.log.2"]
    assert all(path.stat().st_size <= MIB for path in files)
    assert "line 49999 " in log_of(tmp_path)


def test_times_in_the_log_are_utc(tmp_path: Path) -> None:
    run(tmp_path, "logging.getLogger('phoenix_dev').info('hello')")
    assert log_of(tmp_path).rstrip().endswith("Z INFO phoenix_dev hello")


def test_what_libraries_print_gets_into_the_log(tmp_path: Path) -> None:
    run(tmp_path, "os.write(1, b'out\\n'); os.write(2, b'native \\xff words\\n'); collect_stderr(home)")
    assert "stderr: out" in log_of(tmp_path)
    assert "stderr: native \\xff words" in log_of(tmp_path)
    assert (tmp_path / "engine.stderr").stat().st_size == 0


def test_of_a_long_outburst_the_end_is_kept(tmp_path: Path) -> None:
    run(tmp_path, "os.write(2, b'a' * 1_000_000 + b'\\nthe end\\n'); collect_stderr(home)")
    assert "stderr: the end" in log_of(tmp_path)
    assert len(log_of(tmp_path)) < 100_000


def test_warnings_get_into_the_log(tmp_path: Path) -> None:
    run(tmp_path, "warnings.warn('old ways')")
    assert "old ways" in log_of(tmp_path)


def test_the_last_words_of_a_crash_are_found_and_logged_by_the_next_start(tmp_path: Path) -> None:
    assert last_words(tmp_path) == ""
    assert run(tmp_path, "import signal; os.kill(os.getpid(), signal.SIGSEGV)") < 0
    assert "most recent call first" in (tmp_path / "engine.stderr").read_text()
    assert last_words(tmp_path)
    run(tmp_path, "")
    assert "stderr: Fatal Python error: Segmentation fault" in log_of(tmp_path)
    assert last_words(tmp_path) == ""


def test_a_disk_that_takes_no_log_does_not_stop_the_process(tmp_path: Path) -> None:
    (tmp_path / "engine.log").symlink_to("/dev/full")
    assert run(tmp_path, "logging.info('x'); print('still here')") == 0
