"""The background process: takes OTLP, keeps it, and nothing else. `up` runs it as `phoenix_dev.runtime.engine OPTIONS`.

It holds the lock of its state folder for life. On SIGTERM it stops accepting, acknowledges what it has taken, closes
the store and ends with 0. A kill at any moment loses nothing that was acknowledged: that follows the commit.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
from shlex import quote
from typing import TYPE_CHECKING

from phoenix_dev.errors import NotReady, PhoenixDevError
from phoenix_dev.processes.lock import FileLock
from phoenix_dev.runtime import folder
from phoenix_dev.runtime.embedded.engine_log import LOG_FILE, open_log
from phoenix_dev.runtime.embedded.options import EngineOptions
from phoenix_dev.runtime.embedded.report import Reporter

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Exit status of an engine that found another one (EX_TEMPFAIL of sysexits.h).
_BUSY = 75
#: Far more than the connections that are taken; macOS allows a process 10,240.
_OPEN_FILES = 8192

_log = logging.getLogger("phoenix_dev.engine")


def main(arguments: Sequence[str]) -> int:
    """Run an engine until it is told to stop; the exit status."""
    options = EngineOptions.from_argument(arguments[0])
    if os.fork():
        return 0  # what started this waits for it and so leaves no zombie; the engine is its orphan
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    reporter = Reporter(options.report_fd)
    try:
        return _run(options, reporter)
    except PhoenixDevError as error:
        _log.error("%s", error.message)
        reporter.failed(error)
        return error.exit_code
    except Exception as error:
        _log.exception("the engine ends")
        what = f"the engine could not start: {type(error).__name__}: {error}"
        reporter.failed(NotReady(what, hint=f"cat {quote(str(options.home / LOG_FILE))}"))
        raise


def _run(options: EngineOptions, reporter: Reporter) -> int:
    lock = FileLock.take(options.home / folder.LOCK)
    if lock is None:
        reporter.busy()
        return _BUSY
    with lock:
        with folder.writing(options.home):
            open_log(options.home)
        _allow_files()
        # The heavy part: a process that finds the lock taken never pays for it.
        from phoenix_dev.runtime.engine.serving import serve

        serve(options, lock, reporter)
    return 0


def _allow_files() -> None:
    """A connection is an open file, and the usual limit (256 on macOS, 1024) is meant for programs that select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
