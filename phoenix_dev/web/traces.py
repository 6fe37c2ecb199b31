"""The list of traces, and what arrives while somebody looks at it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import clock, day, duration
from phoenix_dev.usecases import cannot
from phoenix_dev.usecases.list_traces import list_traces
from phoenix_dev.web.form import TRACE_LIMITS, WINDOWS, Form, trace_query
from phoenix_dev.web.hues import hue_of
from phoenix_dev.web.live import Event
from phoenix_dev.web.markup import fragment, page, query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from phoenix_dev.model.span import TraceSummary
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.traces import TracePage, TraceQuery
    from phoenix_dev.web.live import Streams
    from phoenix_dev.web.readers import Readers

#: How often it is looked for new traces (seconds): of a store that counts what arrives, and of any other.
_OFTEN_S, _SELDOM_S = 1.0, 4.0
#: A request that began before that is not looked for any more while one looks (nanoseconds).
_LATELY_NS = 300 * 10**9
_AT_ONCE = 50
_HOUR_NS = 3600 * 10**9


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A trace in the list. `share` is its duration as part of the longest shown, in percent."""

    summary: TraceSummary
    hue: int
    clock: str
    day: str
    today: bool
    duration: str
    share: str

    @property
    def version(self) -> str:
        """Changes when the row does."""
        one = self.summary
        return f"{one.span_count}.{one.duration_ns}.{one.error:d}.{one.service_count}"


@dataclass(frozen=True, slots=True)
class Dot:
    """A trace in the picture above the list: when (percent from the left), how long (percent from the top)."""

    trace_id: str
    x: str
    y: str
    error: bool
    words: str


class TracePages:
    """The list at `/`, `/traces` and its stream."""

    def __init__(self, readers: Readers, streams: Streams, project: str) -> None:
        self._readers = readers
        self._streams = streams
        self._project = project

    async def show(self, request: Request) -> Response:
        """The list as it is now."""
        form = Form(request.query_params)
        wanted = trace_query(form)
        now = time.time_ns()

        def read(stores: Stores) -> tuple[TracePage, tuple[str, ...], tuple[str, ...]]:
            services = tuple(one.service for one in stores.services.activity(now - 24 * _HOUR_NS))
            correlation = form.text("correlation") or None
            return list_traces(stores, wanted, correlation), services, tuple(cannot.of_list(stores, wanted))

        found, services, lacks = await self._readers.ask(read)
        return page(
            "traces.html",
            400 if form.wrong else 200,
            project=self._project,
            active="traces",
            typed="",
            rows=rows_of(found.traces, now),
            dots=dots_of(found.traces),
            longest=duration(max((one.duration_ns for one in found.traces), default=0)),
            shortest=duration(min((one.duration_ns for one in found.traces), default=0)),
            truncated=found.truncated,
            more=next((one for one in TRACE_LIMITS if one > wanted.limit), None),
            services=services,
            form=form.given,
            attributes=form.given.getlist("attr"),
            filtered=_is_filtered(form),
            windows=WINDOWS,
            wrong=form.wrong,
            lacks=lacks,
            given=_as_given(form),
            live=query(_as_given(form)),
            now=now,
        )

    async def live(self, request: Request) -> Response:
        """Each trace that is new or has changed, as it comes."""
        form = Form(request.query_params)
        return self._streams.of(self._arriving(trace_query(form), form.text("correlation") or None))

    async def _arriving(self, wanted: TraceQuery, correlation: str | None) -> AsyncIterator[Event]:
        shown: dict[str, TraceSummary] = {}
        before: object = None
        while True:
            counts, at_once = await self._readers.ask(_counted)
            if counts != before or not at_once:
                before = counts
                lately = replace(wanted, since_ns=max(wanted.since_ns, time.time_ns() - _LATELY_NS), limit=_AT_ONCE)
                page_ = await self._readers.ask(lambda stores: list_traces(stores, lately, correlation))  # noqa: B023
                fresh = [one for one in page_.traces if shown.get(one.trace_id) != one]
                shown = {one.trace_id: one for one in page_.traces}
                if fresh:
                    yield Event("rows", [_as_event(row) for row in rows_of(fresh, time.time_ns())])
            if await self._streams.pause(_OFTEN_S if at_once else _SELDOM_S):
                return


def rows_of(traces: Sequence[TraceSummary], now_ns: int) -> list[TraceRow]:
    """The rows of some traces."""
    longest = max((one.duration_ns for one in traces), default=0) or 1
    return [
        TraceRow(
            summary=one,
            hue=hue_of(one.root_service),
            clock=clock(one.start_ns),
            day=day(one.start_ns),
            today=day(one.start_ns) == day(now_ns),
            duration=duration(one.duration_ns),
            share=f"{max(1.0, 100 * one.duration_ns / longest):.1f}",
        )
        for one in traces
    ]


def dots_of(traces: Sequence[TraceSummary]) -> list[Dot]:
    """The picture of some traces: time from left to right, duration (its logarithm) from bottom to top."""
    if len(traces) < 3:
        return []
    first, last = min(one.start_ns for one in traces), max(one.start_ns for one in traces)
    heights = [math.log10(max(one.duration_ns, 1_000)) for one in traces]
    low, high = min(heights), max(heights)
    return [
        Dot(
            trace_id=one.trace_id,
            x=f"{7 + 92 * (one.start_ns - first) / max(1, last - first):.2f}",
            y=f"{88 - 76 * (height - low) / max(0.3, high - low):.1f}",
            error=one.error,
            words=f"{one.root_service[:60]} {one.root_name[:80]}, {duration(one.duration_ns)}"
            + (", failed" if one.error else ""),
        )
        for one, height in zip(traces, heights, strict=True)
    ]


def _as_event(row: TraceRow) -> dict[str, object]:
    one = row.summary
    return {
        "id": one.trace_id,
        "version": row.version,
        "start": str(one.start_ns),
        "html": fragment("_trace_row.html", row=row),
    }


def _counted(stores: Stores) -> tuple[object, bool]:
    """What tells whether anything has arrived, and whether it tells that at once."""
    if not stores.services.capabilities.at_once:
        return None, False
    return stores.services.activity(time.time_ns() - _LATELY_NS), True


def _as_given(form: Form) -> dict[str, object]:
    return {name: form.given.getlist(name) for name in dict.fromkeys(form.given.keys())}


def _is_filtered(form: Form) -> bool:
    return any(form.text(name) for name in ("service", "operation", "error", "min", "max", "attr", "correlation"))
