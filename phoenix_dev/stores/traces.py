"""What a store of traces promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.span import Span, TraceSummary


@dataclass(frozen=True, slots=True)
class TraceCapabilities:
    """What a store can do beyond the promise; the default is the least."""

    attributes_as_sent: bool = False
    """Attribute keys keep their dots and values their types."""
    span_id_lookup: bool = False
    """`trace_ids("span", …)` is answered; otherwise it raises NotReady."""
    whole_trace_durations: bool = False
    """A minimum duration in a search is that of the whole trace; otherwise one of its spans has to last that long."""
    any_time: bool = False
    """Traces of whatever time are searched and can be the latest; otherwise those of the last days or weeks."""
    unsampled: bool = False
    """Every trace is kept, as it arrives; otherwise only some of those in which all went well, once they have ended."""


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which traces to list. An empty string, None or an empty tuple does not restrict.

    A trace matches `service`, `operation` and `attributes` together when one span fulfils all three; an attribute is
    compared as text, among those of the span and of its resource. Durations are those of the whole trace, both bounds
    included.
    """

    since_ns: int = 0
    service: str = ""
    operation: str = ""
    error: bool = False
    min_duration_ns: int | None = None
    max_duration_ns: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    trace_ids: frozenset[str] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class TracePage:
    """Traces newest first, and whether older ones that match were left out by the limit."""

    traces: tuple[TraceSummary, ...]
    truncated: bool


class TraceStore(Protocol):
    """Traces as they arrived. Every method raises NotReady when what keeps them cannot be reached or read."""

    @property
    def capabilities(self) -> TraceCapabilities:
        """What this store can do beyond the promise."""
        ...

    def spans(self, trace_ids: Iterable[str]) -> dict[str, tuple[Span, ...]]:
        """Every span of each trace, by start time, then as they arrived.

        Traces of which no span is kept are absent from the answer. A span that was sent twice (same trace, span ID,
        service, kind, start and name) is there once.
        """
        ...

    def trace_ids(self, kind: IdKind, value: str) -> tuple[str, ...]:
        """Traces that bear an ID on any span, oldest first; empty when none does. Compared exactly.

        `kind` "trace" answers with the ID itself if a span of it is kept. A store that indexes spans and logs together
        may name traces of which only a log bears the ID.
        """
        ...

    def search(self, query: TraceQuery) -> TracePage:
        """Summaries of the traces that match, those that started last first. Traces without spans are not listed."""
        ...

    def latest(self, *, error: bool = False) -> str | None:
        """ID of the trace that started last (with `error`: of those with a span of status error), None without one.

        A trace whose clock is more than a minute ahead of this machine's counts only when there is no other: one bad
        clock must not be the latest for ever.
        """
        ...
