"""A process beside the engine, seen from within: when its time is over, and what it tells the log.

The engine has the other end of its standard input; what it writes to standard error goes into the engine's log.
"""

from __future__ import annotations

import os
import select
import sys

from phoenix_dev.model.visible import visible


def engine_ended(patience_s: float) -> bool:
    """Wait so long (seconds) at most for the end of stdin, whose other end the engine holds."""
    return bool(select.select([0], [], [], patience_s)[0]) and not os.read(0, 1)


def say(sentence: str) -> None:
    """Put a sentence into the log, with what is not to be seen in it made visible: file names are the user's."""
    sys.stderr.write(f"{visible(sentence)}\n")
    sys.stderr.flush()
