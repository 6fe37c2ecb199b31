"""The process that follows log files and containers: `phoenix_dev.logfiles OPTIONS`.

Beside the engine it is a child of that, until stdin ends. On the real stack it belongs to nobody: it has the lock on
`reader.lock` in the project's state folder until it is told to end (SIGTERM), or that folder is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_dev.logfiles import LOCK_FILE, TOKEN_VARIABLE
from phoenix_dev.logfiles.gatherer import Gatherer
from phoenix_dev.logfiles.reading import Diary
from phoenix_dev.logfiles.stacks import Collector, Engine, Gone
from phoenix_dev.processes.beside import engine_ended, say
from phoenix_dev.processes.lock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from phoenix_dev.logfiles.containers.gatherer import ContainerGatherer
    from phoenix_dev.logfiles.stacks import Stack

#: Between two looks at what has come (seconds).
_POLL_S = 0.2


def main(arguments: Sequence[str]) -> int:
    """Follow until it is over; the exit status."""
    options = json.loads(arguments[0])
    if token := os.environ.pop(TOKEN_VARIABLE, ""):
        stack = Engine(options["endpoint"], token, options["store"], engine_ended, say)
        return _follow(options, stack, engine_ended)
    if os.fork():
        return 0  # what started this waits for it and so leaves no zombie; the reader is its orphan
    lock = FileLock.take(Path(options["home"]) / LOCK_FILE)
    if lock is None:
        return 0
    with lock:
        ended = _told_to_end(lock)
        return _follow(options, Collector(options["endpoint"], options["home"], ended, say), ended)


def _follow(options: Mapping[str, Any], stack: Stack, ended: Callable[[float], bool]) -> int:
    diary = Diary(Path(options["home"]))
    try:
        positions = stack.begin()
        files = Gatherer(options["patterns"], positions, stack.send, say)
        containers = _containers(options["containers"], positions, stack)
        files.start()
        read = True
        while not ended(0 if read else _POLL_S):
            read = files.turn()
            read |= containers is not None and containers.turn()
            diary.note(files.reading(), tuple(containers.readings()) if containers else ())
    except Gone:
        pass
    return 0


def _containers(names: Sequence[str], positions: Mapping[str, str], stack: Stack) -> ContainerGatherer | None:
    if not names:
        return None
    from phoenix_dev.logfiles.containers.gatherer import ContainerGatherer

    return ContainerGatherer(names, positions, stack.send, say)


def _told_to_end(lock: FileLock) -> Callable[[float], bool]:
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def ended(patience_s: float) -> bool:
        return told.wait(patience_s) or not lock.in_place

    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
