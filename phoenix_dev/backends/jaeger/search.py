"""A search over Jaeger: candidates from each service, newest first, each looked at whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.backends.jaeger.spans import traces_in
from phoenix_dev.backends.parallel import each
from phoenix_dev.model.span import Trace
from phoenix_dev.stores.matching import matches, summary_of
from phoenix_dev.stores.traces import TracePage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.backends.jaeger.client import JaegerClient
    from phoenix_dev.backends.jaeger.store import JaegerTraceStore
    from phoenix_dev.backends.windows import Window
    from phoenix_dev.stores.traces import TraceQuery

#: However many do not match, no more traces of one service than this are looked at.
_MOST_CANDIDATES = 1000
#: The longest duration that Jaeger understands (Go's time.Duration, nanoseconds).
_LONGEST = 2**63 - 1


class Search:
    """One query over what starts in a window, in some sources, the first of which has whole traces. Jaeger's own
    filters choose candidates, wider than the query; whether a trace matches is decided here on its spans, as in every
    other store.

    Jaeger compares durations with those of single spans: a trace that lasts long without a span that does is not
    found by a minimum (`TraceCapabilities.whole_trace_durations`).
    """

    def __init__(
        self, store: JaegerTraceStore, sources: Sequence[JaegerClient], query: TraceQuery, window: Window | None
    ) -> None:
        self._store = store
        self._sources = sources
        self._query = query
        self._window = window

    def page(self) -> TracePage:
        """The newest that match. Also said to be cut off where there were too many to look at."""
        found, complete = self._found()
        kept = found[: self._query.limit]
        return TracePage(tuple(map(summary_of, kept)), truncated=len(found) > len(kept) or not complete)

    def traces(self) -> list[Trace]:
        """The traces that match, the newest first; if there are more than the limit, at least one more than it."""
        return self._found()[0]

    def _found(self) -> tuple[list[Trace], bool]:
        if self._window is None or self._query.trace_ids == frozenset():
            return [], True
        if self._query.trace_ids is not None:
            spans = self._store.spans(self._query.trace_ids)
            return self._matching([Trace(trace_id, found) for trace_id, found in spans.items()]), True
        most = self._query.limit + 1
        while True:
            candidates, complete = self._candidates(most)
            found = self._matching(candidates)
            if complete or most >= _MOST_CANDIDATES or len(found) > self._query.limit:
                return found, complete
            most = min(most * 4, _MOST_CANDIDATES)

    def _matching(self, traces: list[Trace]) -> list[Trace]:
        found = [trace for trace in traces if matches(trace, self._query)]
        return sorted(found, key=lambda trace: trace.start_ns, reverse=True)

    def _candidates(self, most: int) -> tuple[list[Trace], bool]:
        """The newest so many of each service, and whether there are no others."""
        asked = [
            (source, service)
            for source in self._sources
            for service in ([self._query.service] if self._query.service else source.services())
        ]
        answers = each(lambda one: self._of_service(*one, most), asked)
        whole = {trace.trace_id: trace for traces in answers for trace in traces}
        return list(whole.values()), all(len(traces) < most for traces in answers)

    def _of_service(self, source: JaegerClient, service: str, most: int) -> list[Trace]:
        assert self._window is not None
        tags, more = self._filters()
        if tags or more:
            spans = self._store.spans(source.bearing(service, tags, self._window, most, **more))
        else:
            spans = traces_in(source.newest(service, self._query.operation, self._window, most))
            if source is not self._sources[0]:
                # There, the span with the error comes first and the rest of its trace later.
                spans = self._store.spans(spans)
        return [Trace(trace_id, found) for trace_id, found in spans.items()]

    def _filters(self) -> tuple[dict[str, str], dict[str, str]]:
        """Tags and further parameters of a search. Only what one and the same span must fulfil may stand together: a
        trace's error may be on another span than its operation, its duration on a third.
        """
        query = self._query
        if tags := {key: value for key, value in query.attributes if key != "service.name"}:
            return tags, {"operation": query.operation} if query.operation else {}
        if query.service or query.operation or query.attributes:
            return {}, {}
        if query.error:
            return {"error": "true"}, {}
        if query.min_duration_ns is not None:
            return {}, {"minDuration": f"{min(query.min_duration_ns, _LONGEST) // 1000}us"}
        return {}, {}
