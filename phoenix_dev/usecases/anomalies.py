"""`anomalies`: what the logs of a recent time say that those before it did not."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from phoenix_dev.anomalies.counting import MOST_EXAMPLE, Counting
from phoenix_dev.anomalies.judging import anomalies_in
from phoenix_dev.anomalies.window import window
from phoenix_dev.model.anomaly import AnomalyReport
from phoenix_dev.model.log import lowest_severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.log import Level, LogLine
    from phoenix_dev.stores.logs import LogStore

#: Lines that are held at once.
_BATCH = 256


def find_anomalies(
    logs: LogStore,
    since_ns: int,
    until_ns: int,
    baseline_ns: int,
    *,
    services: frozenset[str] = frozenset(),
    min_severity: int = 0,
) -> AnomalyReport:
    """Compare the logs from `since_ns` to `until_ns` (Unix nanoseconds) with those of `baseline_ns` nanoseconds before,
    or of what there is of these; of some services only (none: all). Only findings of a severity at least are told.
    """
    begun = time.monotonic_ns()
    stretch = window(since_ns, until_ns, baseline_ns)
    counting = Counting(stretch)
    read_ns = 0
    for batch, took_ns in _timed(logs.lines(stretch.begin_ns, until_ns, services)):
        counting.add(batch)
        read_ns += took_ns
    counted = counting.by_template()
    found = [one for one in anomalies_in(counted, stretch) if _is_severe(one.level, min_severity)]
    tallies = [tally for group in counted.values() for tally in group.values()]
    first = min((min(tally.slots) for tally in tallies), default=stretch.before)
    return AnomalyReport(
        baseline_ns=stretch.begin_ns + min(first, stretch.before) * stretch.slot_ns,
        since_ns=stretch.since_ns,
        until_ns=until_ns,
        recent_slots=stretch.recent,
        lines=counting.lines,
        templates=len(tallies),
        services=len({service for service, _ in counted}),
        anomalies=tuple(found),
        reading_ns=read_ns,
        comparing_ns=time.monotonic_ns() - begun - read_ns,
    )


def _is_severe(level: Level, least: int) -> bool:
    return not least or (level != "" and lowest_severity(level) >= least)


def _short(line: LogLine) -> LogLine:
    """No more of a line than is looked at or shown: some hundred of a megabyte would be held at once."""
    return line if len(line.message) <= MOST_EXAMPLE else line._replace(message=line.message[:MOST_EXAMPLE])


def _timed(lines: Iterator[LogLine]) -> Iterator[tuple[list[LogLine], int]]:
    """Lines in batches, and how long each took to come (ns)."""
    while True:
        begun = time.monotonic_ns()
        batch = [_short(line) for line in islice(lines, _BATCH)]
        took_ns = time.monotonic_ns() - begun
        yield batch, took_ns
        if not batch:
            return
