"""Lists: recent traces, and the services that send. IDs come first and whole, to be copied at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from phoenix_dev.model.quantity import ago, day, duration
from phoenix_dev.model.quantity import clock as clock_of
from phoenix_dev.render import style
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit, pad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.service import ServiceActivity
    from phoenix_dev.model.span import TraceSummary

#: Cells of a service's name at least, and at most, so that its line stays within 80.
_SERVICE_CELLS = (11, 27)


def trace_lines(traces: Iterable[TraceSummary], *, width: int, now_ns: int, clip: bool = True) -> Iterator[Text]:
    """A line a trace: ID, start (UTC), duration, sign of an error, spans and services, root.

    Of a start only so much of the day is left out as all of them share with `now_ns` (Unix): the date, or the year.
    """
    found = list(traces)
    if not found:
        return
    starts = _starts([summary.start_ns for summary in found], now_ns)
    cells = max(len("START UTC"), *map(len, starts))
    header = f"{'TRACE':32} {'START UTC':{cells}} {'TIME':>7}   {'SPANS':>5} {'SVC':>3} ROOT"
    yield Line().add(header, style.DIM).text()
    colours = style.Colours(dict.fromkeys(summary.root_service for summary in found))
    for summary, started in zip(found, starts, strict=True):
        line = Line(width if clip else ENDLESS).add(f"{summary.trace_id:32}")
        line.add(f" {started:{cells}} ", style.DIM).add(f"{duration(summary.duration_ns):>7}")
        line.add(" ✗" if summary.error else "  ", style.ERROR)
        line.add(f" {summary.span_count:>5} {summary.service_count:>3} ", style.DIM)
        line.add(summary.root_service, colours.style(summary.root_service)).add(" ")
        yield line.add(summary.root_name or "-", style.FAILED if summary.error else "").text()


def _starts(times: Sequence[int], now_ns: int) -> list[str]:
    """`04:05:06` if all were today, `10-05 04:05` if all were this year, else `2026-10-05 04:05`."""
    days, today = [day(ns) for ns in times], day(now_ns)
    if set(days) == {today}:
        return [clock_of(ns)[:8] for ns in times]
    # The year takes four digits: OTLP's times end in 2554.
    known = 5 if {shown[:5] for shown in days} == {today[:5]} else 0
    return [f"{shown[known:]} {clock_of(ns)[:5]}" for shown, ns in zip(days, times, strict=True)]


def service_lines(services: Iterable[ServiceActivity], *, width: int, now_ns: int, clip: bool = True) -> Iterator[Text]:
    """A line a service: what arrived from it in the period, and when it was last heard."""
    found = list(services)
    if not found:
        return
    widest = max(cell_len(fit(activity.service, _SERVICE_CELLS[1])) for activity in found)
    names = max(_SERVICE_CELLS[0], widest)
    colours = style.Colours(activity.service for activity in found)
    header = f" {'SPANS':>9} {'ERRORS':>9} {'LOGS':>9} {'POINTS':>9}  LAST"
    yield Line().add(pad("SERVICE", names) + header, style.DIM).text()
    for activity in found:
        line = Line(width if clip else ENDLESS)
        service = pad(activity.service, names) if clip else activity.service
        line.add(service, colours.style(activity.service)).to(names).add(f" {activity.spans:>9,}")
        failed = f"✗ {activity.error_spans:,}" if activity.error_spans else "0"
        line.add(f" {failed:>9}", style.ERROR if activity.error_spans else style.DIM)
        line.add(f" {activity.logs:>9,} {activity.points:>9,}  ")
        yield line.add(ago(now_ns - activity.last_ns), style.DIM).text()
