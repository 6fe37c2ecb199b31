"""Who calls whom: a tree of the calls, each with how many, how often, how many failed, and how long they took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from phoenix_dev.model.call_tree import NONE, Branch, call_tree
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.quantity import duration, rate, share
from phoenix_dev.model.system import Call
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit
from phoenix_dev.render.waterfall.guides import guides_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from phoenix_dev.model.call_tree import Repeat
    from phoenix_dev.model.system import Latency, ServiceFigures, System

_HEADER = f" {'CALLS':>8} {'RATE':>9} {'FAILED':>9} {'P95':>8}"
_QUANTILES = ("p50", "p95", "p99")
#: Cells of tree and name at least, and at most where nothing is cut.
_LEAST, _MOST = 24, 60
_MARKS: dict[Repeat, str] = {"": "", "shown": " ↑", "circle": " ↻"}
_LEGENDS: dict[Repeat, str] = {
    "shown": "↑ its own calls stand above",
    "circle": "↻ a circle: it leads back to where it came from",
}


def graph_lines(system: System, *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a call below its caller, then those that call nobody and that nobody calls."""
    rows = call_tree(system)
    figures = {one.service: one for one in system.services}
    placed = {row.service for row in rows}
    alone = [Branch(one.service, None, NONE) for one in system.services if one.service not in placed]
    if not rows and not alone:
        return
    room = max(_LEAST, width - len(_HEADER)) if clip else _MOST
    heads = [guide.head for guide in guides_of(rows, (), room // 2)] + [""] * len(alone)
    branches = [*rows, *alone]
    names = min(room, max(_LEAST, *(_cells(head, row) for head, row in zip(heads, branches, strict=True))))
    colours = style.Colours(figures)
    yield Line(width if clip else ENDLESS).add(f"{'SERVICE':{names}}{_HEADER}", style.DIM).text()
    for head, row in zip(heads, branches, strict=True):
        line = Line(width if clip else ENDLESS).add(head, style.DIM)
        mark = _MARKS[row.repeat]
        service = fit(row.service, max(1, names - line.used - len(mark))) if clip else row.service
        line.add(service, colours.style(row.service)).add(mark, style.DIM).to(names)
        yield _with_figures(line, row.call or figures.get(row.service), system).text()


def graph_legend(system: System) -> Iterator[str]:
    """What the signs that the tree has mean, and what it was drawn from where that is not everything."""
    found = {row.repeat for row in call_tree(system)}
    yield from (words for repeat, words in _LEGENDS.items() if repeat in found)
    if system.truncated:
        covered = duration(system.until_ns - system.since_ns)
        yield f"drawn from the newest {system.traces:,} traces: they cover {covered}"


def graph_json(system: System) -> dict[str, Any]:
    """`services --graph --json`."""
    return {
        "since": rfc3339(system.since_ns),
        "until": rfc3339(system.until_ns),
        "traces": system.traces,
        "truncated": system.truncated,
        "services": [
            {"service": one.service, **_numbers(one.requests, one.errors, one.latency, system)}
            for one in system.services
        ],
        "calls": [
            {"caller": one.caller, "callee": one.callee, **_numbers(one.count, one.errors, one.latency, system)}
            for one in system.calls
        ],
    }


def _numbers(number: int, errors: int, latency: Latency | None, system: System) -> dict[str, Any]:
    times = (latency.p50_ns, latency.p95_ns, latency.p99_ns) if latency else (None, None, None)
    return {
        "count": number,
        "errors": errors,
        "rate_per_s": number / system.seconds,
        "error_ratio": errors / number if number else None,
        **{f"{name}_ms": ns if ns is None else milliseconds(ns) for name, ns in zip(_QUANTILES, times, strict=True)},
    }


def _cells(head: str, row: Branch) -> int:
    return cell_len(head) + cell_len(fit(row.service, _MOST)) + len(_MARKS[row.repeat])


def _with_figures(line: Line, found: Call | ServiceFigures | None, system: System) -> Line:
    number = 0 if found is None else found.count if isinstance(found, Call) else found.requests
    if found is None or found.latency is None or not number:
        return line.add(f" {'–':>8} {'–':>9} {'–':>9} {'–':>8}", style.DIM)
    line.add(f" {number:>8,} {rate(number, system.seconds):>9}")
    failed = f"✗ {share(found.errors / number)}" if found.errors else "0"
    line.add(f" {failed:>9}", style.ERROR if found.errors else style.DIM)
    return line.add(f" {duration(found.latency.p95_ns):>8}")
