"""The engine's log: one file that rotates. What libraries print to the standard error of the process goes there too.

That stream cannot rotate by itself, so it goes to a small file of its own, which is moved into the log now and then,
and at the next start: the last words of a process that crashed are found there.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import time
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from phoenix_dev.runtime.embedded.log_limit import LogLimit

if TYPE_CHECKING:
    from pathlib import Path

LOG_FILE = "engine.log"
STDERR_FILE = "engine.stderr"
_LOG_BYTES = 1 << 20
_LOG_FILES = 3
#: Of one long outburst only the end is kept.
_OUTBURST_BYTES = 64 << 10

_log = logging.getLogger("phoenix_dev.engine")


def open_log(home: Path) -> None:
    """Send every log record of this process to the log file, and crashes and foreign output to the file beside it."""
    handler = RotatingFileHandler(
        home / LOG_FILE,
        maxBytes=_LOG_BYTES,
        backupCount=_LOG_FILES - 1,
        encoding="utf-8",
        errors="backslashreplace",
    )
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(LogLimit())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.raiseExceptions = False  # a full disk must not make the log itself a flood on standard error
    logging.captureWarnings(capture=True)
    collect_stderr(home)
    _redirect_streams(home)


def collect_stderr(home: Path) -> None:
    """Move what was printed to standard error into the log."""
    path = home / STDERR_FILE
    try:
        size = path.stat().st_size
        if not size:
            return
        with path.open("rb") as file:
            file.seek(max(0, size - _OUTBURST_BYTES))
            words = file.read().decode("utf-8", "backslashreplace")
        os.truncate(path, 0)
    except OSError:
        return
    for line in words.splitlines():
        _log.warning(f"stderr: {line}")  # each line of its own kind, so that a long one does not silence the next


def last_words(home: Path) -> str:
    """The last line that was printed to standard error and not yet moved into the log, empty when there is none."""
    try:
        lines = (home / STDERR_FILE).read_text(encoding="utf-8", errors="backslashreplace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _redirect_streams(home: Path) -> None:
    fd = os.open(home / STDERR_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    sys.stdout.flush()
    for stream in (1, 2):
        os.dup2(fd, stream)
    os.close(fd)
    faulthandler.enable(file=2, all_threads=True)
