"""The TraceStore on Jaeger. Jaeger searches one service at a time, so what is asked of all is asked of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phoenix_dev.backends.jaeger.search import Search
from phoenix_dev.backends.jaeger.spans import once, traces_in
from phoenix_dev.backends.just_read import JustRead
from phoenix_dev.backends.kept import is_kept_whole
from phoenix_dev.backends.parallel import each
from phoenix_dev.backends.windows import AHEAD, MINUTE, Reach, backwards, clamped
from phoenix_dev.errors import NotReady
from phoenix_dev.model.identifier import as_trace_id
from phoenix_dev.stores.traces import TraceCapabilities, TracePage, TraceQuery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.backends.jaeger.client import JaegerClient
    from phoenix_dev.backends.windows import Window
    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.span import Span

#: Under which attribute the collector puts an ID, whatever the sender called it.
_TAGS: dict[IdKind, str] = {"correlation": "correlation_id", "request": "request_id"}
_MOST_BEARERS = 1000
#: What a clock may be ahead of this machine's without being called wrong.
_CLOCKS_DIFFER = MINUTE
#: Of each service so many of its newest traces are looked at for the one that started last.
_LATEST = 5
_LAST_TIME = 2**62


class JaegerTraceStore:
    """Implements `TraceStore`. An ID that a request bears is looked for in the last hour, else in the last day, else in
    the last seven days, and so on to the end of what is kept. `errors` is the store that keeps traces with an error
    longer: it is asked for what the other may have forgotten.
    """

    def __init__(
        self,
        jaeger: JaegerClient,
        errors: JaegerClient | None = None,
        reach: Reach | None = None,
        *,
        sampled: bool = False,
    ) -> None:
        self.capabilities = TraceCapabilities(unsampled=not sampled)
        self._jaeger = jaeger
        self._errors = errors
        self._reach = reach or Reach()
        self._extents: dict[str, Window] = {}
        self._just_read: JustRead[tuple[Span, ...]] = JustRead()

    def spans(self, trace_ids: Iterable[str]) -> dict[str, tuple[Span, ...]]:
        """See `TraceStore.spans`."""
        ids = list(dict.fromkeys(trace_ids))
        found = {trace_id: spans for trace_id, spans in zip(ids, each(self._spans, ids), strict=True) if spans}
        for trace_id, spans in found.items():
            self._extents[trace_id] = min(s.start_ns for s in spans), max(s.end_ns for s in spans)
        return found

    def extent(self, trace_id: str) -> Window | None:
        """First start and last end of a trace as it was when it was last read; None when no span of it is kept."""
        if trace_id not in self._extents:
            self.spans([trace_id])
        return self._extents.get(trace_id)

    def trace_ids(self, kind: IdKind, value: str) -> tuple[str, ...]:
        """See `TraceStore.trace_ids`. Raises NotReady for a span ID: Jaeger has no way from it to its trace."""
        if kind == "trace":
            return self._known(as_trace_id(value) or "")
        if kind == "span":
            raise NotReady("Jaeger cannot find a trace by the ID of a span", hint="phoenix-dev traces")
        if not is_kept_whole(value):
            return ()
        now = time.time_ns()
        for window in backwards(self._longest, now):
            if found := self._bearing({_TAGS[kind]: value}, window, now):
                spans = self.spans(found)
                self._just_read.put_all(spans)
                return tuple(sorted(spans, key=lambda trace_id: spans[trace_id][0].start_ns))
        return ()

    def search(self, query: TraceQuery) -> TracePage:
        """See `TraceStore.search`. Looks no further back than 30 days, or than anything is kept."""
        return self._search(query, time.time_ns()).page()

    def latest(self, *, error: bool = False) -> str | None:
        """See `TraceStore.latest`."""
        now = time.time_ns()
        sound = now + _CLOCKS_DIFFER
        windows = [(first, min(last, sound)) for first, last in backwards(self._longest, now)]
        for first, last in [*windows, (sound, now + AHEAD)]:
            query = TraceQuery(since_ns=first, error=error, limit=_LATEST)
            if found := self._search(query, now, until_ns=last).traces():
                return found[0].trace_id
        return None

    @property
    def _longest(self) -> int:
        """How long anything is kept."""
        return max(self._reach.traces, self._reach.error_traces if self._errors is not None else 0)

    def _sources(self, since_ns: int, now_ns: int) -> list[JaegerClient]:
        """Who may keep what is no older than this."""
        if self._errors is None or since_ns >= now_ns - self._reach.traces:
            return [self._jaeger]
        return [self._jaeger, self._errors]

    def _search(self, query: TraceQuery, now_ns: int, until_ns: int = _LAST_TIME) -> Search:
        window = clamped(query.since_ns, until_ns, now_ns, self._longest)
        # Nothing but errors is there: of those it is asked whatever their time.
        since_ns = 0 if query.error or window is None else window[0]
        return Search(self, self._sources(since_ns, now_ns), query, window)

    def _known(self, trace_id: str) -> tuple[str, ...]:
        spans = self.spans([trace_id] if trace_id else []).get(trace_id, ())
        self._just_read.put(trace_id, spans)
        return (trace_id,) if spans else ()

    def _spans(self, trace_id: str) -> tuple[Span, ...]:
        just_read = self._just_read.take(trace_id)
        if just_read is not None:
            return just_read
        spans = _read(self._jaeger, trace_id)
        first_ns = spans[0].start_ns if spans else 0
        _, *others = self._sources(first_ns, time.time_ns())
        return once((*spans, *(span for other in others for span in _read(other, trace_id)))) if others else spans

    def _bearing(self, tags: dict[str, str], window: Window, now_ns: int) -> list[str]:
        def ask(one: tuple[JaegerClient, str]) -> list[str]:
            source, service = one
            return source.bearing(service, tags, window, _MOST_BEARERS)

        sources = self._sources(window[0], now_ns)
        found = each(ask, [(source, service) for source in sources for service in source.services()])
        return list(dict.fromkeys(trace_id for ids in found for trace_id in ids))


def _read(source: JaegerClient, trace_id: str) -> tuple[Span, ...]:
    data = source.trace(trace_id)
    return () if data is None else traces_in(data).get(trace_id, ())
