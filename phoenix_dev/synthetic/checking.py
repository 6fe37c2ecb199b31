"""The checks of a project beside the engine, each as often as it says; by threads, so that none waits for another."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoenix_dev.asking.deliver import PROTOBUF, deliver
from phoenix_dev.synthetic.ask import ask_check
from phoenix_dev.synthetic.check import read_checks
from phoenix_dev.synthetic.measured import measured

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from phoenix_dev.synthetic.check import Check

_AT_ONCE = 8
#: Between two looks at what is due, and at the list (seconds).
_LOOK_S = 0.5


@dataclass
class Checking:
    """Runs what `home` lists, and sends what it finds to `endpoint`. `say` is told what changes."""

    home: Path
    endpoint: str
    say: Callable[[str], None]
    _due: dict[Check, float] = field(default_factory=dict)
    _under_way: dict[Check, Future[None]] = field(default_factory=dict)
    _told: dict[Check, str] = field(default_factory=dict)

    def start(self) -> None:
        """Begin; it ends with the process."""
        threading.Thread(target=self._again_and_again, name="checking", daemon=True).start()

    @property
    def busy(self) -> bool:
        """Whether there are any."""
        return bool(self._due)

    def turn(self, pool: ThreadPoolExecutor) -> None:
        """Begin what is due and not under way."""
        now = time.monotonic()
        self._due = {check: self._due.get(check, now) for check in read_checks(self.home)}
        for check, at in self._due.items():
            last = self._under_way.get(check)
            if at <= now and (last is None or last.done()):
                # Counted from when it was due, so that the distance stays; one that is late by a round skips it.
                self._due[check] = max(at + check.interval_ns / 1e9, now)
                self._under_way[check] = pool.submit(self._one, check)
        self._under_way = {check: self._under_way[check] for check in self._due if check in self._under_way}

    def _again_and_again(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while True:
                self.turn(pool)
                time.sleep(_LOOK_S)

    def _one(self, check: Check) -> None:
        found = ask_check(check)
        why = deliver(self.endpoint, "/v1/metrics", measured(check, found, time.time_ns()), PROTOBUF)
        trouble = found.trouble or why
        if trouble != self._told.get(check, ""):
            self._told[check] = trouble
            self.say(f"check {check.name}: {trouble}" if trouble else f"check {check.name} is well again")
