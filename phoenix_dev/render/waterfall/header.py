"""What stands above and below a waterfall: the request in a sentence, its IDs, the cause, what it waited on, what to
run next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.model.quantity import ago, clock, count, day, duration
from phoenix_dev.model.timeline.failures import failures_of, origins
from phoenix_dev.model.trace_ids import correlation_ids, request_ids
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phoenix_dev.model.span import Trace
    from phoenix_dev.model.timeline import Timeline

#: Causes named above the waterfall.
_MOST_CAUSES = 3
#: Where less than this share of a request was spent is not worth a word.
_LEAST_SHARE = 0.01
#: An ID that a shell takes as one word without quotes.
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,127}")


def headline(timeline: Timeline, width: int) -> Line:
    """`POST /api/process  1.24 s  ✗ 1 error  6 services  23 spans  11 logs`."""
    trace = timeline.trace
    line = Line(width)
    counts = [count(len(trace.services), "service"), count(len(trace.spans), "span"), count(len(trace.logs), "log")]
    errors = sum(span.status == "error" for span in trace.spans)
    error_logs = sum(record.is_error for record in trace.logs)
    signs = [f"✗ {count(errors, 'error')}"] if errors else [f"✗ {count(error_logs, 'error log')}"] if error_logs else []
    room = width - len("  ".join(["", "100 ms", *signs, *counts])) if width != ENDLESS else ENDLESS
    name = Line(max(12, room)).add(timeline.bars[timeline.root].span.name if timeline.bars else "no spans").plain
    line.add(name, style.STRONG).add("  ").add(duration(timeline.duration_ns), style.STRONG)
    for sign in signs:
        line.add("  ").add(sign, style.ERROR)
    for text in counts:
        line.add("  ").add(text)
    return line


def identity_lines(timeline: Timeline, width: int, now_ns: int | None) -> Iterator[Line]:
    """The IDs to search for, whole, and when it was."""
    trace = timeline.trace
    line = Line(width).add("trace ", style.DIM).add(trace.trace_id)
    line.add(" · ", style.DIM).add(f"{day(timeline.start_ns)} {clock(timeline.start_ns)} UTC")
    if now_ns is not None and now_ns >= timeline.start_ns:
        line.add_whole(f" · {ago(now_ns - timeline.start_ns)}", style.DIM)
    yield line
    line = Line(width)
    for noun, ids in (("correlation", correlation_ids(trace)), ("request", request_ids(trace))):
        for found in ids[:1]:
            more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
            separator = " · " if line.used else ""
            if not line.add_whole(f"{separator}{noun} {found}{more}"):
                if line.used:
                    yield line
                line = Line(width).add(f"{noun} {found}{more}")
    if line.used:
        yield line


def cause_lines(timeline: Timeline, width: int) -> Iterator[Line]:
    """Where the trouble began, deepest failed spans first on the critical path."""
    causes = origins(timeline)
    for index in causes[:_MOST_CAUSES]:
        span = timeline.bars[index].span
        line = Line(width).add("✗ ", style.ERROR).add(span.service, style.ERROR).add(" · ", style.DIM)
        line.add(Line(max(12, width // 3)).add(span.name).plain)
        yield line.add(" · ", style.DIM).add(failures_of(span)[0].brief, style.ERROR)
    if len(causes) > _MOST_CAUSES:
        yield Line(width).add(f"  and {count(len(causes) - _MOST_CAUSES, 'more failed span')} below", style.DIM)


def critical_lines(timeline: Timeline, width: int, colours: style.Colours) -> Iterator[Line]:
    """On which services the request waited, in the order of their first turn, the longest in bold."""
    own: dict[str, int] = {}
    for bar, start, end in timeline.path:
        service = timeline.bars[bar].span.service
        own[service] = own.get(service, 0) + end - start
    total = sum(own.values())
    steps = {service: spent for service, spent in own.items() if spent >= total * _LEAST_SHARE}
    if len(own) < 2 or not total:
        return
    indent = "  "
    line = Line(width).add("critical path  ", style.DIM)
    for number, (service, spent) in enumerate(steps.items()):
        arrow = " → " if number else ""
        name = Line(24).add(service).plain
        share = f" ({round(100 * spent / total)} %)" if spent == max(steps.values()) else ""
        if len(arrow + name + share) + 9 > line.left:
            yield line
            line, arrow = Line(width).add(indent + "→ ", style.DIM), ""
        line.add(arrow, style.DIM).add(name, colours.style(service))
        line.add(f" {duration(spent)}{share}", style.STRONG if share else "")
    yield line


def next_lines(traces: Sequence[Trace], kind: str, typed: str, *, folded: bool) -> Iterator[str]:
    """Commands that lead on, each as it can be typed."""
    if folded:
        # "last" may be another trace by the time it is typed again
        several = _word(typed) if len(traces) > 1 else ""
        yield f"phoenix-dev trace {several or traces[0].trace_id} --expand"
    correlation = [found for trace in traces for found in correlation_ids(trace)]
    if kind == "correlation" and _word(typed):
        yield f"phoenix-dev logs --correlation {typed}"
    elif len(traces) == 1:
        yield f"phoenix-dev logs --trace {traces[0].trace_id}"
    elif correlation and _word(correlation[0]):
        yield f"phoenix-dev logs --correlation {correlation[0]}"


def _word(text: str) -> str:
    return text if _PLAIN_WORD.fullmatch(text) else ""
