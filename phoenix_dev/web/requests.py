"""One request, whichever ID leads to it: its waterfalls, and everything that one of its spans says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from phoenix_dev.errors import NotFound, UsageError
from phoenix_dev.model.identifier import ID_KINDS, as_trace_id
from phoenix_dev.model.timeline import timeline_of
from phoenix_dev.model.timeline.kinship import relation
from phoenix_dev.model.trace_ids import correlation_ids
from phoenix_dev.stores.matching import summary_of
from phoenix_dev.usecases import cannot
from phoenix_dev.usecases.find_request import Bearers, bearers, read_request, read_traces, resolve
from phoenix_dev.web.live import Event
from phoenix_dev.web.log_lines import log_lines
from phoenix_dev.web.markup import page, path_part, query
from phoenix_dev.web.span_keys import span_at
from phoenix_dev.web.traces import rows_of
from phoenix_dev.web.views import span_view, trace_view

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from phoenix_dev.model.identifier import IdKind
    from phoenix_dev.model.request import Request as WholeRequest
    from phoenix_dev.model.span import Trace, TraceSummary
    from phoenix_dev.model.timeline import Timeline
    from phoenix_dev.stores import Stores
    from phoenix_dev.web.live import Streams
    from phoenix_dev.web.readers import Readers
    from phoenix_dev.web.views import SpanView

#: Traces whose waterfalls stand on one page, and others that are named.
_MOST_TRACES = 10
_MOST_OTHERS = 20
#: Spans of a page with several waterfalls.
_MOST_SPANS = 20_000
_MOST_LOOSE = 500
#: A trace of which nothing came for so long (seconds) is taken as whole; how often it is looked for more.
_QUIET_S = 30.0
_LOOK_S = 1.0
_RECENTLY_NS = 120 * 10**9


class RequestPages:
    """`/find`, `/trace/ID`, its stream, and `/trace/ID/span/KEY`."""

    def __init__(self, readers: Readers, streams: Streams, project: str) -> None:
        self._readers = readers
        self._streams = streams
        self._project = project

    async def find(self, request: Request) -> Response:
        """Where any ID leads: to its trace, or to a page of all its traces and of the logs without one."""
        typed = request.query_params.get("q", "")
        kind = _kind(request.query_params.get("as", ""))
        expand = request.query_params.get("expand") == "1"

        def read(stores: Stores) -> tuple[Bearers, WholeRequest | None, tuple[str, ...]]:
            found = resolve(stores, typed, kind)
            if len(found.trace_ids) == 1 and not found.loose:
                return found, None, ()
            some = Bearers(found.kind, found.value, found.trace_ids[:_MOST_TRACES], found.loose)
            return found, read_request(stores, typed, some), tuple(cannot.of_trace(stores))

        found, whole, lacks = await self._readers.ask(read)
        if whole is None:
            span = query(span=found.value if found.kind == "span" else "")
            return RedirectResponse(f"/trace/{found.trace_ids[0]}{span}", 303)
        timelines = _bounded([timeline_of(trace) for trace in whole.traces])
        now = time.time_ns()
        views = [
            trace_view(one, expand=expand, now_ns=now, relation=relation(one, timelines[:number]))
            for number, one in enumerate(timelines)
        ]
        return page(
            "request.html",
            project=self._project,
            active="",
            typed=typed,
            title=f"{found.kind} {found.value}",
            kind=found.kind,
            value=found.value,
            views=views,
            left_out=found.trace_ids[len(views) :],
            others=(),
            loose=log_lines(whole.logs[:_MOST_LOOSE]),
            more_loose=max(0, len(whole.logs) - _MOST_LOOSE),
            span=None,
            lacks=lacks,
            expand=expand,
            again=f"/find{query(q=typed, **{'as': kind or ''})}&expand=1",
            arriving=False,
        )

    async def trace(self, request: Request) -> Response:
        """One trace; with `span` beside it what that span says."""
        trace_id = _trace_id(request)
        expand = request.query_params.get("expand") == "1"
        key, whole = request.query_params.get("span", ""), request.query_params.get("whole") == "1"

        def read(stores: Stores) -> tuple[Trace, tuple[TraceSummary, ...], str, tuple[str, ...]]:
            trace = _read_trace(stores, trace_id)
            correlation = next(iter(correlation_ids(trace)), "")
            return trace, _others(stores, trace_id, correlation), correlation, tuple(cannot.of_trace(stores))

        found, others, correlation, lacks = await self._readers.ask(read)
        timeline = timeline_of(found)
        view = trace_view(timeline, expand=expand, now_ns=time.time_ns())
        index = span_at(timeline, key) if key else None
        return page(
            "request.html",
            project=self._project,
            active="traces",
            typed="",
            title=view.name,
            kind="trace",
            value=trace_id,
            views=[view],
            left_out=(),
            others=rows_of(others, time.time_ns()),
            correlation=correlation,
            loose=(),
            more_loose=0,
            span=None if index is None else span_view(timeline, index, whole=whole),
            lacks=lacks,
            expand=expand,
            again=f"/trace/{trace_id}?expand=1",
            arriving=_is_recent(found),
        )

    async def live(self, request: Request) -> Response:
        """How much has come to a trace that is still arriving, until it has been quiet for a while."""
        return self._streams.of(self._growing(_trace_id(request)))

    async def _growing(self, trace_id: str) -> AsyncIterator[Event]:
        before, quiet_since = None, time.monotonic()
        while time.monotonic() - quiet_since < _QUIET_S:
            found = await self._readers.ask(lambda stores: read_traces(stores, [trace_id])[0])
            size = (len(found.spans), len(found.logs))
            if size != before:
                before, quiet_since = size, time.monotonic()
                yield Event("size", {"spans": size[0], "logs": size[1]})
            if await self._streams.pause(_LOOK_S):
                return
        yield Event("quiet", {})

    async def span(self, request: Request) -> Response:
        """What one span says, as the part of a page."""
        trace_id, key = _trace_id(request), request.path_params["key"]
        whole = request.query_params.get("whole") == "1"

        def read(stores: Stores) -> SpanView:
            found = _read_trace(stores, trace_id)
            timeline = timeline_of(found)
            index = span_at(timeline, key)
            if index is None:
                raise NotFound(f"The trace {trace_id} has no span {key[:100]}", hint=f"phoenix-dev trace {trace_id}")
            return span_view(timeline, index, whole=whole)

        return page("_span.html", project=self._project, span=await self._readers.ask(read))


def _read_trace(stores: Stores, trace_id: str) -> Trace:
    (trace,) = read_traces(stores, [trace_id])
    if not trace.spans and not trace.logs:
        raise NotFound(
            f"No span and no log bears the trace ID {trace_id}: not arrived, not sampled, or not sent here",
            hint=f"phoenix-dev trace --wait 10 {trace_id}",
        )
    return trace


def _others(stores: Stores, trace_id: str, correlation: str) -> tuple[TraceSummary, ...]:
    """The other traces that bear the same correlation ID, the newest first."""
    if not correlation:
        return ()
    others = [one for one in bearers(stores, "correlation", correlation).trace_ids if one != trace_id]
    found = [summary_of(one) for one in read_traces(stores, others[-_MOST_OTHERS:])]
    return tuple(sorted(found, key=lambda one: -one.start_ns))


def _bounded(timelines: list[Timeline]) -> list[Timeline]:
    """As many of them as a page holds, at least one."""
    spans = 0
    kept: list[Timeline] = []
    for timeline in timelines:
        spans += len(timeline.bars)
        if kept and spans > _MOST_SPANS:
            break
        kept.append(timeline)
    return kept


def _is_recent(trace: Trace) -> bool:
    """Whether more of it may still come."""
    return time.time_ns() - trace.end_ns < _RECENTLY_NS


def _trace_id(request: Request) -> str:
    typed: str = request.path_params["trace_id"]
    found = as_trace_id(typed)
    if found is None:
        raise UsageError(
            f"'{typed[:100]}' is no trace ID: that is 32 hex digits", hint=f"/find?q={path_part(typed[:100])}"
        )
    return found


def _kind(text: str) -> IdKind | None:
    return next((kind for kind in ID_KINDS if kind == text), None)
