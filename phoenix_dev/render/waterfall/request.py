"""The lines of a request: for each trace what stands above its tree, the tree, and what stands below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from phoenix_dev.model.quantity import ago, clock, count
from phoenix_dev.model.timeline import timeline_of
from phoenix_dev.model.timeline.kinship import relation
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit, pad
from phoenix_dev.render.waterfall.header import cause_lines, critical_lines, headline, identity_lines, next_lines
from phoenix_dev.render.waterfall.moments import log_into
from phoenix_dev.render.waterfall.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from phoenix_dev.model.log import LogRecord
    from phoenix_dev.model.request import Request
    from phoenix_dev.model.timeline import Timeline

#: Widest column of services beside logs that stand under no span.
_SERVICE_CELLS = 20
#: In the profile production it is decided upon a request at most so long after its first span (compose/otelcol).
DECIDED_NS = 120 * 10**9


def render_request(
    request: Request,
    *,
    width: int,
    colour: bool = True,
    expand: bool = False,
    logs: bool = True,
    clip: bool = True,
    now_ns: int | None = None,
    again: Callable[[str], str] = str,
) -> Iterator[Text]:
    """The lines of a request, none of which may be wrapped.

    `width` is that of the bars' axis with its columns; with `clip` nothing is longer, else texts are whole. With
    `expand` each span has a row and nothing is left out. `now_ns` (Unix) lets the header say how long ago it was. The
    commands that lead on pass `again` (`Output.again`).
    """
    for line in _lines(request, width=width, expand=expand, logs=logs, clip=clip, now_ns=now_ns, again=again):
        yield line.text() if colour else Text(line.plain, no_wrap=True, overflow="ignore")


def _lines(
    request: Request,
    *,
    width: int,
    expand: bool,
    logs: bool,
    clip: bool,
    now_ns: int | None,
    again: Callable[[str], str],
) -> Iterator[Line]:
    cut = width if clip else ENDLESS
    timelines = [timeline_of(trace) for trace in request.traces]
    colours = style.Colours(service for trace in request.traces for service in trace.services)
    folded = False
    for number, timeline in enumerate(timelines):
        if len(timelines) > 1:
            yield Line()
            yield from _banner(number, timelines, cut)
        tree = Tree(timeline, width=width, colours=colours, clip=clip, logs=logs, expand=expand)
        yield from _one(timeline, tree, colours, cut, now_ns, logs=logs)
        folded = folded or tree.folded
    yield from _loose(request.logs if logs else (), "logs of this ID without a trace", colours, cut)
    if not any(trace.spans for trace in request.traces):
        yield from _nothing_seen(request, cut, now_ns)
    yield Line()
    for number, command in enumerate(next_lines(request.traces, request.kind, request.id, folded=folded)):
        yield Line().add("      " if number else "next  ", style.DIM).add(again(command), style.DIM)


def _one(
    timeline: Timeline, tree: Tree, colours: style.Colours, cut: int, now_ns: int | None, *, logs: bool
) -> Iterator[Line]:
    yield headline(timeline, cut)
    yield from identity_lines(timeline, cut, now_ns)
    yield from cause_lines(timeline, cut)
    if timeline.bars:
        yield Line()
        yield from tree.lines()
    heading = "logs of spans that were not received" if timeline.bars else "its logs"
    yield from _loose(timeline.logs if logs else (), heading, colours, cut)
    path = list(critical_lines(timeline, cut, colours))
    if path:
        yield Line()
        yield from path


def _banner(number: int, timelines: Sequence[Timeline], cut: int) -> Iterator[Line]:
    yield Line(cut).add(f"── trace {number + 1} of {len(timelines)} ──", style.STRONG)
    if said := relation(timelines[number], timelines[:number]):
        yield Line(cut).add("↳ ", style.DIM).add(said, style.WARN)


def _loose(records: Iterable[LogRecord], heading: str, colours: style.Colours, cut: int) -> Iterator[Line]:
    """Logs that belong to no bar, by time, each with its service."""
    shown = list(records)
    if not shown:
        return
    yield Line()
    yield Line(cut).add(f"{heading}:", style.DIM)
    names = min(_SERVICE_CELLS, max(cell_len(fit(record.service, _SERVICE_CELLS)) for record in shown))
    for record in shown:
        line = Line(cut).add(f"{clock(record.time_ns)} ", style.DIM)
        yield log_into(line.add(pad(record.service, names), colours.style(record.service)).add(" "), record)


def _nothing_seen(request: Request, cut: int, now_ns: int | None) -> Iterator[Line]:
    records = request.all_logs
    yield Line()
    line = Line(cut).add(f"No span of it is here, only {count(len(records), 'log')}: ", style.WARN)
    yield line.add(_why_not_there(request, records, now_ns), style.WARN)
    if records and now_ns is not None and now_ns >= records[-1].time_ns:
        yield Line(cut).add(f"The last log was written {ago(now_ns - records[-1].time_ns)}.", style.DIM)


def _why_not_there(request: Request, records: Sequence[LogRecord], now_ns: int | None) -> str:
    if not request.sampled:
        return "not sampled, or not yet arrived."
    if records and now_ns is not None and now_ns - records[-1].time_ns > DECIDED_NS:
        return "not sampled. The profile production keeps one in ten of the requests in which all goes well."
    return "not sampled, or not yet decided upon, which is some seconds after its end."
