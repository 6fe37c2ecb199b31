"""Promises about requests: how each stands, and what one could be about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from phoenix_dev.model.quantity import clock as clock_of
from phoenix_dev.model.quantity import day, duration
from phoenix_dev.model.unit import plain
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds
from phoenix_dev.render.line import ENDLESS, Line
from phoenix_dev.render.text import fit, pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.slo import ServiceLevel, SloState

_BAR = 20
_SERVICE_CELLS = (11, 30)
#: How one is written, for who has none.
EXAMPLE = """\
slos:
  # good: no error, and no longer than that
  - {name: answers, service: orchestrator, objective: 99.5%, latency: 1s}"""


def slo_lines(slos: Sequence[SloState], *, now_ns: int, width: int, clip: bool = True) -> Iterator[Text | str]:
    """A few lines for each: the promise, what was measured, what is left of its budget and how fast that burns."""
    cut = width if clip else ENDLESS
    for number, slo in enumerate(slos):
        if number:
            yield ""
        yield from _slo(slo, now_ns, cut)


def level_lines(levels: Sequence[ServiceLevel], *, width: int, clip: bool = True) -> Iterator[Text]:
    """A line a service: how many requests, and which part of them was good, in two meanings of that."""
    if not levels:
        return
    names = max(_SERVICE_CELLS[0], *(cell_len(fit(one.service, _SERVICE_CELLS[1])) for one in levels))
    within = f"AND WITHIN {duration(round(levels[0].within_s * 1e9)).upper()}"
    yield Line().add(f"{'SERVICE':{names}} {'REQUESTS':>9} {'NO ERROR':>10} {within:>18}", style.DIM).text()
    for one in levels:
        line = Line(width if clip else ENDLESS).add(pad(one.service, names) if clip else one.service).to(names)
        yield line.add(f" {plain(round(one.requests)):>9} {_percent(one.good):>10} {_percent(one.fast):>18}").text()


def slo_json(slos: Sequence[SloState], levels: Sequence[ServiceLevel]) -> dict[str, Any]:
    """`slo --json`. `indicators` are told where there is no SLO."""
    return {
        "slos": [_slo_json(slo) for slo in slos],
        "indicators": [
            {
                "service": one.service,
                "requests": one.requests,
                "good_ratio": one.good,
                "within_ms": one.within_s * 1000,
                "good_within_ratio": one.fast,
            }
            for one in levels
        ],
    }


def _slo(slo: SloState, now_ns: int, cut: int) -> Iterator[Text]:
    sign, how = ("·", style.DIM) if slo.left is None else ("✓", style.OK) if slo.kept else ("✗", style.ERROR)
    head = Line(cut).add(f"{sign} ", how).add(slo.name, style.STRONG)
    head.add(f"  {_percent(slo.objective)} within {_days(slo.window_ns)}", style.DIM)
    yield head.add(f" · {slo.service}" if slo.service else " · all services", style.DIM).text()
    good = f"no error, and within {duration(round(slo.latency_s * 1e9))}" if slo.latency_s else "no error"
    yield Line(cut).add(f"  {'good':10}", style.DIM).add(good).text()
    if slo.measured is None or slo.left is None:
        yield Line(cut).add(f"  {'measured':10}", style.DIM).add("nothing: no request was counted").text()
        return
    line = Line(cut).add(f"  {'measured':10}", style.DIM).add(_percent(slo.measured), "" if slo.kept else style.ERROR)
    line.add(f" of {plain(round(slo.requests))} requests, {plain(round(slo.bad))} bad")
    if slo.covered_ns < slo.window_ns:
        line.add(f", over the {duration(slo.covered_ns)} that there are", style.DIM)
    yield line.text()
    yield _budget(slo, slo.left, cut)
    yield _burns(slo, now_ns, cut)


def _budget(slo: SloState, left: float, cut: int) -> Text:
    line = Line(cut).add(f"  {'budget':10}", style.DIM)
    cells = round(_BAR * min(1.0, max(0.0, left)))
    line.add("█" * cells, style.OK).add("┄" * (_BAR - cells), style.DIM)
    if left >= 0:
        return line.add(f" {_percent(left)} left").text()
    return line.add(
        f" used up: {plain(round(1 - left, 1))} times what {_days(slo.window_ns)} allow", style.ERROR
    ).text()


def _burns(slo: SloState, now_ns: int, cut: int) -> Text:
    line = Line(cut).add(f"  {'burn':10}", style.DIM)
    for number, one in enumerate(slo.burns):
        line.add(" · " if number else "", style.DIM).add(f"{_window(one.window_ns)} ", style.DIM)
        fast = one.rate is not None and one.rate > 1
        line.add("–" if one.rate is None else plain(round(one.rate, 2)), style.WARN if fast else "")
    if slo.lasts_ns is not None:
        end = now_ns + slo.lasts_ns
        line.add(f"  used up in {duration(slo.lasts_ns)}, {day(end)} {clock_of(end)[:5]}", style.WARN)
    elif slo.kept and slo.burns[0].rate is not None:
        line.add("  lasts at this rate", style.DIM)
    return line.text()


def _window(ns: int) -> str:
    hours = ns // (3600 * 10**9)
    return f"{hours}h" if hours < 24 else f"{hours // 24}d"


def _days(ns: int) -> str:
    return f"{ns // (86_400 * 10**9)} d"


def _percent(part: float | None) -> str:
    """With as many digits as tell it from all: `99.95 %`, not `100 %`."""
    if part is None:
        return "–"
    shown = f"{100 * part:.4f}".rstrip("0").rstrip(".")
    return f"{shown} %" if abs(part) > 0.99 else f"{float(f'{100 * part:.3g}'):g} %"


def _slo_json(slo: SloState) -> dict[str, Any]:
    return {
        "name": slo.name,
        "service": slo.service,
        "objective_ratio": slo.objective,
        "latency_ms": slo.latency_s * 1000,
        "window_ms": milliseconds(slo.window_ns),
        "covered_ms": milliseconds(slo.covered_ns),
        "requests": slo.requests,
        "bad": slo.bad,
        "good_ratio": slo.measured,
        "budget_left_ratio": slo.left,
        "kept": slo.kept,
        "burn": {_window(one.window_ns): one.rate for one in slo.burns},
        "lasts_ms": None if slo.lasts_ns is None else milliseconds(slo.lasts_ns),
    }
