"""The process that scrapes and checks: `phoenix_dev.scraping OPTIONS`, as a child of the engine, until stdin ends.

It looks up every few seconds whom to ask, and ends by itself when that has been nobody for a while.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_dev.asking.deliver import PROTOBUF, deliver
from phoenix_dev.processes.beside import engine_ended, say
from phoenix_dev.scraping.scrape import Scraper
from phoenix_dev.scraping.targets import read_targets
from phoenix_dev.synthetic.checking import Checking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.scraping.targets import Target

#: Between two looks at a service, and at the lists of services (seconds).
INTERVAL_S = 15.0
_LOOK_S = 1.0
#: Without anybody to scrape for so long (seconds) there is nothing to do.
_IDLE_S = 30.0
#: Services that are asked at a time.
_AT_ONCE = 8


class _Rounds:
    """Who is due, and when."""

    def __init__(self, home: Path, endpoint: str, interval_s: float) -> None:
        self._home = home
        self._endpoint = endpoint
        self._interval_s = interval_s
        self._due: dict[Target, float] = {}
        self._scrapers: dict[Target, Scraper] = {}
        self._told: dict[Target, str] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE)

    def turn(self) -> bool:
        """Scrape whoever is due; whether there is anybody to be scraped at all."""
        targets, now = read_targets(self._home), time.monotonic()
        self._due = {target: self._due.get(target, now) for target in targets}
        self._scrapers = {target: self._scrapers.get(target) or Scraper(target) for target in targets}
        due = [target for target, at in self._due.items() if at <= now]
        for target in due:
            # Counted from when it was due, so that the distance stays; one that is late by more than a round skips it.
            self._due[target] = max(self._due[target] + self._interval_s, now)
        list(self._pool.map(self._one, due))
        return bool(targets)

    def _one(self, target: Target) -> None:
        scraper = self._scrapers[target]
        why = deliver(self._endpoint, "/v1/metrics", scraper.scrape(), PROTOBUF)
        trouble = f"{target.metrics_url} {scraper.trouble}" if scraper.trouble else why
        if trouble != self._told.get(target, ""):
            self._told[target] = trouble
            say(
                f"metrics of {target.service}: {trouble}"
                if trouble
                else f"metrics of {target.service} are scraped again"
            )


def main(arguments: Sequence[str]) -> int:
    """Scrape and check until the engine ends, or there is nothing more to do; the exit status."""
    options = json.loads(arguments[0])
    home, endpoint = Path(options["home"]), options["endpoint"]
    rounds = _Rounds(home, endpoint, options.get("interval_s", INTERVAL_S))
    checking = Checking(home, endpoint, say)
    checking.start()
    last = time.monotonic()
    while True:
        if rounds.turn() or checking.busy:
            last = time.monotonic()
        if time.monotonic() - last > _IDLE_S or engine_ended(_LOOK_S):
            # Nobody waits for a service that answers slowly.
            os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
