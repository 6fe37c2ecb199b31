"""The process that watches: `phoenix_dev.watching OPTIONS`, as a child of the engine, until stdin ends."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.processes.beside import engine_ended, say
from phoenix_dev.processes.drill import scale_now
from phoenix_dev.watching.alerting import Alerting
from phoenix_dev.watching.options import WatchingOptions
from phoenix_dev.watching.polling import Poller
from phoenix_dev.watching.settings import WatchSettings
from phoenix_dev.watching.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Whoever sends, and whoever waits for an answer, comes first.
_NICE = 15
#: Between two looks at what has arrived (seconds).
_POLL_S = 1.0
#: In a drill, between two frames and two evaluations (seconds).
_DRILL_S = 1.0


def main(arguments: Sequence[str]) -> None:
    """Watch until the engine ends."""
    os.nice(_NICE)
    options = WatchingOptions.from_argument(arguments[0])
    settings = WatchSettings.from_text(options.settings)
    try:
        poller = Poller(options.home, options.endpoint, options.look_s, say)
        watcher = Watcher(options, _now_ms(), poller.answers, say)
        alerting = Alerting(options, settings, watcher.writer, watcher.put, _now_ms(), say)
        poller.start()
        alerting.start()
        _watch(watcher, alerting, options, settings.tuning.time_scale)
    except PhoenixDevError as error:
        say(error.message)
        os._exit(error.exit_code)
    os._exit(0)  # nobody waits for a service that answers slowly


def _watch(watcher: Watcher, alerting: Alerting, options: WatchingOptions, time_scale: float) -> None:
    scale, flush_s = 1.0, options.flush_s
    due = time.monotonic() + flush_s
    more = watcher.turn(_now_ms())
    while not engine_ended(0 if more else max(0.0, min(_POLL_S, due - time.monotonic()))):
        now = max(time_scale, scale_now(options.home))
        if now != scale:
            scale, flush_s = now, options.flush_s if now == 1 else min(options.flush_s, _DRILL_S)
            alerting.rescale(scale, flush_s)
            due = min(due, time.monotonic() + flush_s)
        more = watcher.turn(_now_ms())
        if time.monotonic() >= due:
            watcher.flush(now_ms := _now_ms())
            alerting.evaluate(now_ms)
            due = max(due + flush_s, time.monotonic())
        else:
            alerting.tell(_now_ms())
    watcher.close(_now_ms())


def _now_ms() -> int:
    return time.time_ns() // 10**6


if __name__ == "__main__":
    main(sys.argv[1:])
