"""Keeps one thing that goes wrong over and over from filling the log and pushing everything else out of it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

#: Of each kind, in each period: the words of a crash fit in, and twenty tracebacks.
MOST_BYTES = 20_000
PERIOD_S = 60.0
_TRACEBACK_BYTES = 1000
_MOST_KINDS = 200


@dataclass(slots=True)
class _Kind:
    since: float
    written: int = 0
    left_out: int = 0


class LogLimit(logging.Filter):
    """Lets so many bytes of a kind of record pass in a period. The first record of the next says what was left out.

    Records are of a kind when they come from one place: logger and message before its arguments are put in.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        size = len(record.getMessage()) + _TRACEBACK_BYTES * bool(record.exc_info)
        with self._lock:
            kind = self._kind(record)
            kind.written += size
            if kind.written - size >= MOST_BYTES:
                kind.left_out += 1
                return False
            return True

    def _kind(self, record: logging.LogRecord) -> _Kind:
        key = (record.name, str(record.msg))
        known = self._kinds.get(key)
        if known is not None and record.created - known.since < PERIOD_S:
            return known
        if known is not None and known.left_out:
            record.msg = f"{record.getMessage()} ({known.left_out} more of these were left out)"
            record.args = ()
        elif len(self._kinds) >= _MOST_KINDS:
            self._kinds.clear()
        kind = self._kinds[key] = _Kind(record.created)
        return kind
