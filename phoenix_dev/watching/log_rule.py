"""What a rule about logs says, which Loki is asked by LogQL: here by how many records were counted."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from phoenix_dev.model.log import LEVELS, lowest_severity
from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.watching.logs import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.promql.source import SeriesSource, Stream
    from phoenix_dev.signals.rule import LogCondition

_LOOKBACK_MS = 300_000


def log_answers(
    source: SeriesSource, condition: LogCondition, now_ms: int
) -> Iterator[tuple[Mapping[str, str], float]]:
    """The services that logged more than the bound within the window, and how much that was.

    Records are counted by level; of a level all are counted, or none. Raises NotReady.
    """
    levels = [level for level in LEVELS if lowest_severity(level) >= condition.min_severity]
    since_ms = now_ms - round(condition.window_s * 1000)
    matchers = (Matcher("__name__", "=", RECORDS), Matcher("severity", "=~", "|".join(levels)))
    counts: Counter[str] = Counter()
    for stream in source.select(matchers, since_ms - _LOOKBACK_MS, now_ms):
        counts[stream.labels.get("service_name", "")] += _more(stream, since_ms)
    return (({"service_name": service}, float(count)) for service, count in counts.items() if count > condition.bound)


def _more(stream: Stream, since_ms: int) -> int:
    """How many more there are than there were then."""
    first = max(0, bisect_right(stream.times_ms, since_ms) - 1)
    return round(max(0.0, stream.values[-1] - stream.values[first]))
