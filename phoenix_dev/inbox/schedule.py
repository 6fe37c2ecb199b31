"""When the summaries are due: the daily one at seven, the weekly one on Mondays, by the local clock; each once."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from phoenix_dev.inbox.summary import REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from phoenix_dev.inbox.summary import Report

FILE = "summaries.json"
_HOUR = 7
_MONDAY = 0
#: An attempt of which nobody knows the outcome may be made again for so long (seconds): Alertmanager still has the
#: alert then, and does not send it twice. Shorter than it has it.
AGAIN_S = 300.0


def last_due(report: Report, now: float) -> float:
    """When a report was due last, at or before now (Unix seconds)."""
    today = time.localtime(now)
    back = 0
    while True:
        moment = time.mktime((today.tm_year, today.tm_mon, today.tm_mday - back, _HOUR, 0, 0, 0, 0, -1))
        if moment <= now and (report == "daily" or time.localtime(moment).tm_wday == _MONDAY):
            return moment
        back += 1


class Schedule:
    """What was sent, in a file of a folder. `send` is given a report, when it was due, and the time; what it returns
    from is sent. An attempt that was killed is made again for `again_s`.

    A period for which nothing ran is made up for when something runs again; nothing is sent of the time before the
    first start.
    """

    def __init__(
        self,
        folder: Path,
        send: Callable[[Report, float, float], None],
        clock: Callable[[], float] = time.time,
        again_s: float = AGAIN_S,
    ) -> None:
        self._path = folder / FILE
        self._send = send
        self._clock = clock
        self._again_s = again_s
        self._sent = self._read()

    def send_what_is_due(self) -> None:
        """Send what is due and was not sent. Raises what `send` raises, OSError; what is left is due the next time."""
        for report in REPORTS:
            now = self._clock()
            due = last_due(report, now)
            last = self._sent.get(report)
            if last is None:
                self._write(report, {"due": due, "outcome": "sent"})
            elif last["due"] < due or self._may_be_tried_again(last, now):
                self._try(report, due, now)

    def _try(self, report: Report, due: float, now: float) -> None:
        self._write(report, {"due": due, "outcome": "unknown", "tried": now})
        try:
            self._send(report, due, now)
        except Exception:
            self._write(report, {"due": due, "outcome": "failed"})
            raise
        self._write(report, {"due": due, "outcome": "sent"})

    def _may_be_tried_again(self, last: dict[str, Any], now: float) -> bool:
        if last["outcome"] == "unknown":
            return 0 <= now - float(last.get("tried", 0)) < self._again_s
        return bool(last["outcome"] == "failed")

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._path.read_bytes())
            return {name: one for name, one in found.items() if one["due"] >= 0 and one["outcome"]}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return {}

    def _write(self, report: Report, what: dict[str, Any]) -> None:
        self._sent[report] = what
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(self._sent, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
