"""Starts an engine as a process that belongs to nobody, and hears how its start went."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.processes.environment import command_of, environment_with
from phoenix_dev.runtime.embedded.engine_log import STDERR_FILE
from phoenix_dev.runtime.embedded.report import wait_for_report

if TYPE_CHECKING:
    from phoenix_dev.runtime.embedded.options import EngineOptions
    from phoenix_dev.runtime.embedded.report import Outcome


def start_engine(options: EngineOptions, deadline: float) -> Outcome | None:
    """Start an engine and wait for its report; None when none came by `deadline` (time.monotonic): it is then killed.

    It is a session of its own with the root as its folder: closing the terminal, or removing the folder it was typed
    in, does not touch it.
    """
    ours, its = os.pipe()
    try:
        process = _spawn(replace(options, report_fd=its), its)
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(its)
    try:
        outcome = wait_for_report(ours, deadline)
    finally:
        os.close(ours)
    if outcome is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()  # only the process that forked the engine, see engine.main: it has ended already
    return outcome


def _spawn(options: EngineOptions, report_fd: int) -> subprocess.Popen[bytes]:
    with (options.home / STDERR_FILE).open("ab") as stderr:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command_of("phoenix_dev.runtime.engine", options.to_argument()),
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            cwd="/",
            env=environment_with(os.environ),
            pass_fds=(report_fd,),
            start_new_session=True,
        )
