"""What a store of logs promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.log import LogLine, LogRecord


@dataclass(frozen=True, slots=True)
class LogCapabilities:
    """What a store can do beyond the promise; the default is the least."""

    attributes_as_sent: bool = False
    """Attribute keys keep their dots and values their types."""
    poll_seconds: float = 1.0
    """How long to wait between two calls of `tail`: what the store stands for any number of followers."""
    any_time: bool = False
    """Records of whatever time are found and tailed.

    Otherwise those of the last days or weeks are found; those of a trace with spans, near the time of these; and a tail
    has those that arrive at most a minute after the time they bear.
    """
    arrival_order: bool = False
    """Records of equal time stand as they arrived, also in large numbers."""
    lasting_cursors: bool = False
    """A cursor is good for any store over the same data, in any process; otherwise for the one that gave it."""
    equal_records: bool = False
    """Records that are the same in everything are kept as often as they were sent; otherwise once."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which records to keep. An empty string, 0 or None does not restrict.

    `min_severity` drops records of lower or unknown severity. `grep` is searched in the message. `correlated` keeps
    those with a correlation ID. Times are inclusive.
    """

    services: frozenset[str] = frozenset()
    min_severity: int = 0
    grep: re.Pattern[str] | None = None
    since_ns: int | None = None
    until_ns: int | None = None
    correlated: bool = False

    def keeps(self, record: LogRecord) -> bool:
        """Whether a record passes."""
        return (
            (not self.services or record.service in self.services)
            and record.severity_number >= self.min_severity
            and (self.since_ns is None or record.time_ns >= self.since_ns)
            and (self.until_ns is None or record.time_ns <= self.until_ns)
            and (not self.correlated or bool(record.correlation_id))
            and (self.grep is None or self.grep.search(record.message) is not None)
        )


@dataclass(frozen=True, slots=True)
class LogPage:
    """Records oldest first, and whether older ones that pass were left out by the limit.

    A tail from `cursor` neither repeats nor leaves out anything relative to what was searched.
    """

    records: tuple[LogRecord, ...]
    truncated: bool
    cursor: str


@dataclass(frozen=True, slots=True)
class LogTail:
    """Records in the order of their arrival, and the position after the last of them, opaque to everyone but the
    store.
    """

    records: tuple[LogRecord, ...]
    cursor: str


class LogStore(Protocol):
    """Log records as they arrived. Every method raises NotReady when what keeps them cannot be reached or read."""

    @property
    def capabilities(self) -> LogCapabilities:
        """What this store can do beyond the promise."""
        ...

    def of_traces(self, trace_ids: Iterable[str]) -> dict[str, tuple[LogRecord, ...]]:
        """Every record that bears each trace ID, by time, then as they arrived; traces without a record are absent."""
        ...

    def trace_ids(self, kind: IdKind, value: str) -> tuple[str, ...]:
        """Traces of which a record bears the ID, oldest first.

        Compared exactly. `kind` "trace" answers with the ID itself if a record bears it.
        """
        ...

    def without_trace(self, kind: IdKind, value: str) -> tuple[LogRecord, ...]:
        """Records that bear the ID and no trace ID, by time."""
        ...

    def search(self, keep: LogFilter, limit: int | None, *, follow: bool = True) -> LogPage:
        """The newest `limit` records that pass (all with None), oldest first; equal times stay as they arrived.

        Without `follow` the page may have an empty cursor: it costs some stores a reading of its own.
        """
        ...

    def lines(self, since_ns: int, until_ns: int, services: frozenset[str] = frozenset()) -> Iterator[LogLine]:
        """Every record of a stretch of time (both ends included) of these services (none: all), in no order; each as it
        is read, so that any number of them takes little memory.
        """
        ...

    def tail(self, cursor: str) -> LogTail:
        """Records that arrived after the cursor, which came from a page or from an earlier tail.

        Nothing is left out and nothing repeated from call to call, whatever times the records bear, and across a
        restart of what keeps them. A busy store may leave a record to one of the next calls.
        """
        ...
