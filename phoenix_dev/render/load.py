"""What was sent at a rate and what came of it, as a table, and held to what the stack counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phoenix_dev.model.load import spread
from phoenix_dev.model.quantity import count, duration, three_digits
from phoenix_dev.render import style
from phoenix_dev.render.exchange import expectation_lines
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.load import Attempt, Fired, LoadPlan, LoadReport, Quantiles

_LABEL = 10
_CELL = 9
#: Cells of the histogram, also parts of it in JSON.
_PARTS = 40
_COLUMNS = ("p50", "p90", "p95", "p99", "most")


def plan_line(plan: LoadPlan, method: str, url: str) -> str:
    """What will be sent."""
    each = f"{three_digits(plan.rate)} requests/s for {three_digits(plan.duration_s)} s"
    return f"{method} {url}: {each}, {plan.arrivals} arrivals, seed {plan.seed}"


def progress_line(attempts: Sequence[Attempt], planned_s: float) -> str:
    """How it goes on."""
    reached = max((one.due_s for one in attempts), default=0.0)
    wrong = sum(one.failed or not one.answered for one in attempts)
    said = f"{reached:.0f} of {planned_s:.0f} s: {count(len(attempts), 'request')}"
    return said + (f", {wrong:,} failed or without an answer" if wrong else "")


def load_lines(report: LoadReport, *, width: int, clip: bool) -> Iterator[Text]:
    """The counts, the durations with their histogram, and each comparison, met or not."""
    fired, cut = report.fired, width if clip else ENDLESS
    yield from (line.text() for line in _counts(fired, cut))
    if fired.latency and fired.service:
        yield Line().text()
        yield from (line.text() for line in _durations(fired, cut))
    if report.comparisons:
        yield Line().text()
        yield from expectation_lines(report.comparisons, width=width, clip=clip)


def _counts(fired: Fired, cut: int) -> Iterator[Line]:
    line = Line(cut).add(f"{len(fired.sent):,} of {count(fired.planned, 'request')} sent", style.STRONG)
    line.add(f", {three_digits(fired.rate)}/s", style.DIM)
    yield line.add(", then interrupted", style.WARN) if fired.interrupted else line
    for status, number in sorted(fired.statuses.items()):
        yield Line(cut).add(f"  {number:>7,} answered {status}", style.ERROR if status >= 500 else "")
    for why, number in fired.unanswered.most_common():
        yield Line(cut).add(f"  {number:>7,} without an answer: it {why}", style.ERROR)


def _durations(fired: Fired, cut: int) -> Iterator[Line]:
    head = "".join(f"{name:>{_CELL}}" for name in _COLUMNS)
    yield Line(cut).add(f"{'':{_LABEL}}{head}", style.DIM)
    rows = (
        ("latency", fired.latency, "from when each was due"),
        ("answer", fired.service, "from when it went out"),
        ("lateness", fired.lateness, "from when it was due until it went out"),
    )
    for name, found, meaning in rows:
        if found:
            cells = "".join(f"{_short(getattr(found, column)):>{_CELL}}" for column in _COLUMNS)
            yield Line(cut).add(f"{name:{_LABEL}}{cells}").add(f"  {meaning}", style.DIM)
    parts = spread(_latencies(fired), _PARTS)
    bars = sparkline([number for _, number in parts], _PARTS)
    line = Line(cut).add(f"{'':{_LABEL}}{_short(min(_latencies(fired)))} ", style.DIM).add(bars)
    yield line.add(f" {_short(parts[-1][0])}", style.DIM)


def load_json(report: LoadReport) -> dict[str, Any]:
    """`load --json`."""
    fired, plan = report.fired, report.fired.plan
    entry = report.entry
    return {
        "method": fired.method,
        "url": fired.url,
        "plan": {
            "rate": plan.rate,
            "duration_ms": plan.duration_s * 1000,
            "arrivals": plan.arrivals,
            "seed": plan.seed,
            "requests": fired.planned,
        },
        "sent": len(fired.sent),
        "rate": fired.rate,
        "rate_kept": not fired.behind_s,
        "interrupted": fired.interrupted,
        "answered": fired.answered,
        "errors": fired.failed,
        "statuses": {str(status): number for status, number in sorted(fired.statuses.items())},
        "unanswered": dict(fired.unanswered),
        "latency_ms": _quantiles(fired.latency),
        "answer_ms": _quantiles(fired.service),
        "lateness_ms": _quantiles(fired.lateness),
        "histogram": [
            {"up_to_ms": up_to * 1000, "count": number} for up_to, number in spread(_latencies(fired), _PARTS)
        ],
        "entry": {"service": entry.service if entry else "", "operation": entry.operation if entry else ""},
        "comparisons": [{"expected": one.expected, "met": one.met, "found": one.found} for one in report.comparisons],
    }


def _latencies(fired: Fired) -> list[float]:
    return [one.latency_s for one in fired.attempts if one.answered]


def _quantiles(found: Quantiles | None) -> dict[str, float | None]:
    return {name: getattr(found, name) * 1000 if found else None for name in _COLUMNS}


def _short(seconds: float) -> str:
    return duration(max(0, round(seconds * 1e9)))
