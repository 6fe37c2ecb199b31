"""All that is made into series, and when it is written."""

from __future__ import annotations

import time
from array import array
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from phoenix_dev.errors import PhoenixDevError
from phoenix_dev.telemetry.retention.steady_clock import SteadyClock
from phoenix_dev.telemetry.series.past import Past
from phoenix_dev.telemetry.series.schema import FILE_NAME
from phoenix_dev.telemetry.series.upkeep import Upkeep
from phoenix_dev.telemetry.series.writer import SeriesWriter
from phoenix_dev.watching.diary import Diary
from phoenix_dev.watching.host import Host
from phoenix_dev.watching.identity import Identities
from phoenix_dev.watching.ledger import Ledger
from phoenix_dev.watching.logs import LogCounts
from phoenix_dev.watching.points import PointSeries
from phoenix_dev.watching.spans import SpanMetrics
from phoenix_dev.watching.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from phoenix_dev.watching.options import WatchingOptions
    from phoenix_dev.watching.polling import Answer
    from phoenix_dev.watching.tail import Signal

#: Counters that were last written so long ago (ms) begin anew.
_TOO_OLD_MS = 600_000
#: How long is read before it is looked whether something else is due (seconds).
_AT_ONCE_S = 0.5
_MINUTE_MS = 60_000


class Watcher:
    """Makes series. `answers` gives what was asked for over the network since the last time, `say` puts a sentence into
    the log.

    Opening it raises NotReady when signals.db is not to be had, as does `flush` when it cannot be written: what was
    counted since the last flush is then counted again by the next process. Times are Unix milliseconds.
    """

    def __init__(
        self, options: WatchingOptions, now_ms: int, answers: Callable[[], Iterable[Answer]], say: Callable[[str], None]
    ) -> None:
        self._answers = answers
        self._say = say
        self._writer = SeriesWriter(options.home / FILE_NAME)
        if self._writer.begun_anew:
            say(f"{FILE_NAME} is begun anew: {self._writer.begun_anew}")
        last_ms, self._newest = self._writer.newest()
        self._past = Past()
        ledger = Ledger(self._writer, self._newest, self._past, anew=now_ms - last_ms > _TOO_OLD_MS)
        self._tail = Tail(options.store, self._writer.state(), say)
        self._spans = SpanMetrics(ledger, Identities(options.profile), now_ms)
        self._logs = LogCounts(ledger)
        self._points = PointSeries(self._writer, self._newest, self._past, options.profile)
        self._host = Host()
        self._diary = Diary(options.home)
        self._diary.note(0, 0)
        self._clock = SteadyClock()
        self._upkeep = Upkeep(self._writer, options.most_bytes, options.age_ms)
        self._look_s = options.look_s
        self._look_due = 0.0
        self._flushed_ms = max(last_ms, now_ms - int(options.flush_s * 1000))
        self._tidy_due_ms, self._forget_due_ms = now_ms + _MINUTE_MS, now_ms + _TOO_OLD_MS

    @property
    def writer(self) -> SeriesWriter:
        """What writes signals.db."""
        return self._writer

    def put(self, labels: Sequence[Mapping[str, str]], time_ms: int, values: array[float]) -> None:
        """Values of series that are made of other series; `labels` has to be the same object each time."""
        self._points.put(labels, time_ms, values)

    def turn(self, now_ms: int) -> bool:
        """Read what has arrived; whether there is more."""
        for signal, block in self._tail.turn(_AT_ONCE_S):
            try:
                self._add(signal, block, now_ms)
            except DecodeError as error:
                self._say(f"a damaged block is not counted: {error}")
            except PhoenixDevError:
                raise
            except Exception as error:  # noqa: BLE001 - the next process would end at the same block, and so for ever
                self._say(f"a {signal} block is not counted: {type(error).__name__}: {error}")
        return self._tail.behind > 0

    def flush(self, now_ms: int) -> None:
        """Write the newest samples of all series, and how far has been read."""
        if now_ms <= self._flushed_ms:
            self._newest.rewind(now_ms)
        since_ms = min(self._flushed_ms, now_ms - 1)
        self._look(now_ms)
        for labels, time_ms, values in self._answers():
            self._points.put(labels, time_ms, values)
        for target in self._spans.targets():
            self._points.put(target, now_ms, array("d", [1.0]))
        exemplars = [*self._spans.flush(since_ms, now_ms), *self._points.flush(now_ms)]
        self._logs.flush(since_ms, now_ms)
        self._writer.add_past(self._past)
        self._writer.add_frames(now_ms, self._newest.groups)
        self._writer.add_exemplars(exemplars)
        self._writer.commit(now_ms, self._tail.positions)
        self._flushed_ms = now_ms
        self._diary.note(self._tail.behind, self._points.refused + self._past.refused)
        self._tidy(now_ms)

    def close(self, now_ms: int) -> None:
        """Write what has arrived, and end."""
        self.turn(now_ms)
        self.flush(now_ms)
        self._writer.close()

    def _add(self, signal: Signal, block: bytes, now_ms: int) -> None:
        match signal:
            case "span":
                self._spans.add(block, now_ms)
            case "log":
                self._logs.add(block)
            case "metric":
                self._points.add(block, now_ms)

    def _look(self, now_ms: int) -> None:
        """At this machine, when it is time."""
        if time.monotonic() >= self._look_due:
            self._look_due = time.monotonic() + self._look_s
            self._points.take(self._host.look(now_ms * 10**6), now_ms)

    def _tidy(self, now_ms: int) -> None:
        if now_ms >= self._tidy_due_ms:
            self._tidy_due_ms = now_ms + _MINUTE_MS
            self._upkeep.tick(min(now_ms, self._clock.now_ns() // 10**6))
        if now_ms >= self._forget_due_ms:
            self._forget_due_ms = now_ms + _TOO_OLD_MS
            self._newest.settle()
            self._upkeep.forget(self._newest)
