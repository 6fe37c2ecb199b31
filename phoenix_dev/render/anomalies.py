"""What is unusual in logs: for each finding how often it came before and comes now, its template and an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from phoenix_dev.model.log import level_of
from phoenix_dev.model.moment import rfc3339
from phoenix_dev.model.quantity import clock, count, duration, three_digits
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.sparkline import sparkline
from phoenix_dev.render.text import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.text import Text

    from phoenix_dev.model.anomaly import Anomaly, AnomalyReport

#: Cells of what is the matter, of a level, of a service's name at least and at most, of counts at least.
_WHAT, _LEVEL, _SERVICE, _COUNTS = 12, 6, (11, 22), 11
#: Bars of what came before and of what came lately, at most: as long as both usually are.
_BARS = (16, 4)
_INDENT = "  "
_WILD = "‹*›"


def anomaly_lines(
    report: AnomalyReport, limit: int, *, width: int, again: Callable[[str], str], clip: bool = True
) -> Iterator[Text]:
    """The first `limit` findings. `again` makes a command one about the same stack."""
    shown = report.anomalies[:limit]
    if not shown:
        return
    cut = width if clip else ENDLESS
    names = min(_SERVICE[1], max(_SERVICE[0], *(cell_len(fit(one.service, _SERVICE[1])) for one in shown)))
    counts = max(_COUNTS, *(len(_counts(one)) for one in shown))
    header = f"{'WHAT':{_WHAT}}{'LEVEL':{_LEVEL}}{'SERVICE':{names}}  {'THEN → NOW':>{counts}}"
    yield Line(cut).add(header, style.DIM).text()
    colours = style.Colours(dict.fromkeys(one.service for one in shown))
    for one in shown:
        line = Line(cut).add(f"{_what(one):{_WHAT}}", _style(one))
        line.add(f"{one.level or ('' if not one.template else '-'):{_LEVEL}}", style.of_level(one.level))
        service = fit(one.service, names) if clip else one.service
        line.add(service, colours.style(one.service)).to(_WHAT + _LEVEL + names)
        before, now = _bars(one, report.recent_slots)
        yield line.add(f"  {_counts(one):>{counts}}  ").add(before, style.DIM).add(now, _style(one)).text()
        yield _template(one, cut).text()
        if one.period_ns and one.kind == "vanished":
            told = f"came every {duration(one.period_ns)}, the last at {clock(one.last_ns)}Z"
            yield Line(cut).add(_INDENT).add(told, style.WARN).text()
        example = " ".join(one.example.message[: 4 * width].split()) if clip else one.example.message
        yield Line(cut).add(f"{_INDENT}{clock(one.example.time_ns)}Z  ", style.DIM).add(example, style.DIM).text()
        if one.example.trace_id:
            yield Line().add(_INDENT + again(f"phoenix-dev trace {one.example.trace_id}"), style.DIM).text()


def summary(report: AnomalyReport) -> tuple[str, str]:
    """What was compared; how much that was, and how long it took."""
    lines = f"{count(report.lines, 'line')} of {count(report.services, 'service')}"
    lately = f"the {duration(report.until_ns - report.since_ns)} up to {clock(report.until_ns)[:8]} UTC"
    length = report.since_ns - report.baseline_ns
    past = f"the {duration(length)} before" if length else "nothing before"
    took = f"read in {duration(report.reading_ns)}, compared in {duration(report.comparing_ns)}"
    return f"{lately} beside {past}", f"{lines}, {count(report.templates, 'template')}; {took}"


def anomalies_json(report: AnomalyReport, limit: int) -> dict[str, Any]:
    """`anomalies --json`."""
    return {
        "baseline": rfc3339(report.baseline_ns),
        "since": rfc3339(report.since_ns),
        "until": rfc3339(report.until_ns),
        "recent_slots": report.recent_slots,
        "lines": report.lines,
        "templates": report.templates,
        "services": report.services,
        "reading_ms": milliseconds(report.reading_ns),
        "comparing_ms": milliseconds(report.comparing_ns),
        "anomalies": [_anomaly_json(one) for one in report.anomalies[:limit]],
        "truncated": len(report.anomalies) > limit,
    }


def _anomaly_json(one: Anomaly) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "service": one.service,
        "level": one.level,
        "template": one.template,
        "templates": one.templates,
        "before": one.before,
        "now": one.now,
        "expected": one.expected,
        "factor": one.factor,
        "slots": list(one.slots),
        "surprise_bits": one.surprise,
        "score": one.score,
        "period_ms": milliseconds(one.period_ns) if one.period_ns else None,
        "first": rfc3339(one.first_ns),
        "last": rfc3339(one.last_ns),
        "example": {
            "timestamp": rfc3339(one.example.time_ns),
            "level": level_of(one.example.severity_number),
            "message": one.example.message,
            "trace_id": one.example.trace_id,
        },
    }


def _what(one: Anomaly) -> str:
    factor = one.factor
    if one.kind == "more" and factor:
        return f"×{_amount(factor)} more"
    if one.kind == "fewer" and factor:
        return f"÷{_amount(1 / factor)} fewer"
    return one.kind


def _style(one: Anomaly) -> str:
    if one.kind in ("new", "more") and one.level in ("ERROR", "FATAL"):
        return style.ERROR
    return style.WARN if one.kind == "vanished" or one.level == "WARN" else style.STRONG


def _counts(one: Anomaly) -> str:
    return f"{_amount(one.expected)} → {one.now:,}"


def _amount(number: float) -> str:
    return three_digits(number) if number < 999.5 else f"{number:,.0f}"


def _bars(one: Anomaly, recent: int) -> tuple[str, str]:
    before, now = one.slots[:-recent], one.slots[-recent:]
    # Of both alike a bar is the busiest of some slots.
    return tuple(  # type: ignore[return-value]
        sparkline(slots, most, highest=max(one.slots)) for slots, most in zip((before, now), _BARS, strict=True)
    )


def _template(one: Anomaly, cut: int) -> Line:
    line = Line(cut).add(_INDENT)
    if not one.template:
        return line.add(f"every line of it: {count(one.templates, 'template')}")
    for number, part in enumerate(one.template.split(_WILD)):
        line.add(_WILD if number else "", style.WARN).add(part, style.STRONG)
    return line
