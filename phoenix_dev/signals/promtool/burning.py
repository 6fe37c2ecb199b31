"""Tests of SLOs: a burn beyond and within what each pair of windows allows, and one that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals import names
from phoenix_dev.signals.burn import ALERT, LEVELS, budget, identity
from phoenix_dev.signals.promtool.case import STEP_S, Case, Check, Firing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.signals.tuning import Slo

#: Rules are evaluated once a minute: windows are hours.
EVALUATION_S = 60
_HOUR = 3600
_MARGIN = 0.01
_PER_STEP = 1000.0


def cases(slo: Slo) -> Iterator[Case]:
    """Of one SLO. Where many requests may be bad, not even all of them burn the budget as fast as some windows want."""
    critical, warning = LEVELS
    fast, steady = critical.windows[1].burn, warning.windows[1].burn
    yield _constant(slo, fast * (1 + _MARGIN))
    yield _constant(slo, fast * (1 - _MARGIN))
    yield _constant(slo, steady * (1 + _MARGIN))
    yield _constant(slo, steady * (1 - _MARGIN))
    if critical.windows[0].burn * (1 + _MARGIN) * budget(slo) <= 1:
        yield from _after_good_hours(slo)
    yield _over(slo)


def _constant(slo: Slo, burn: float) -> Case:
    """From the beginning on: every window sees the same, and the slowest pair that it is beyond decides."""
    checks = []
    for level in LEVELS:
        fires_s = EVALUATION_S + level.for_s
        checks += [_seen(slo, burn, fires_s - EVALUATION_S), _seen(slo, burn, fires_s)]
    return Case(f"{slo.name}: burns {burn:g} times too fast", _requests(slo, [(_HOUR, burn)]), tuple(checks))


def _after_good_hours(slo: Slo) -> Iterator[Case]:
    """After six good hours the window of an hour alone is beyond its bound, once the bad ones fill it."""
    fastest = LEVELS[0].windows[0]
    calm_s = 6 * _HOUR
    filled_s = calm_s + fastest.long_s + LEVELS[0].for_s + EVALUATION_S
    for factor in (1 + _MARGIN, 1 - _MARGIN):
        burn = fastest.burn * factor
        firing = (Firing("critical", identity(slo), burn),) if factor > 1 else ()
        # The windows of days see all there is: of that an hour was bad, too little for those of a day.
        told = (*firing, Firing("warning", identity(slo), burn * (filled_s - calm_s) / filled_s))
        yield Case(
            f"{slo.name}: burns {burn:g} times too fast after six good hours",
            _requests(slo, [(calm_s, 0.0), (fastest.long_s + 600, burn)]),
            (Check(filled_s, ALERT, told),),
        )


def _over(slo: Slo) -> Case:
    """What has stopped is no reason to call anybody: the short windows say so before the long ones do."""
    burn, bad_s, after_s = min(20.0, 1 / budget(slo)), 50 * 60, 35 * 60
    still = Firing("warning", identity(slo), burn * bad_s / (bad_s + after_s))
    return Case(
        f"{slo.name}: burned, and has stopped",
        _requests(slo, [(bad_s, burn), (_HOUR, 0.0)]),
        (_seen(slo, burn, bad_s), Check(bad_s + after_s, ALERT, (still,))),
    )


def _seen(slo: Slo, burn: float, at_s: int) -> Check:
    firing = tuple(
        Firing(level.severity, identity(slo), burn)
        for level in LEVELS
        if at_s >= EVALUATION_S + level.for_s and any(burn > windows.burn for windows in level.windows)
    )
    return Check(at_s, ALERT, firing)


def _requests(slo: Slo, phases: list[tuple[int, float]]) -> Mapping[str, str]:
    """Counters of requests in phases of some seconds, in each of which the budget burns so many times too fast."""
    service = slo.service or "any"
    spans = f'service_name="{service}", span_kind="SPAN_KIND_SERVER"'
    bad = [(seconds, burn * budget(slo)) for seconds, burn in phases]
    good = [(seconds, 1 - share) for seconds, share in bad]
    every = [(seconds, 1.0) for seconds, _ in phases]
    if slo.latency_s:
        return {
            f"{names.CALLS}{{{spans}}}": _counter(every),
            f'{names.DURATIONS}{{{spans}, le="{slo.latency_s:g}"}}': _counter(good),
            f'{names.DURATIONS}{{{spans}, le="+Inf"}}': _counter(every),
        }
    return {
        f'{names.CALLS}{{{spans}, status_code="STATUS_CODE_UNSET"}}': _counter(good),
        f'{names.CALLS}{{{spans}, status_code="STATUS_CODE_ERROR"}}': _counter(bad),
    }


def _counter(phases: list[tuple[int, float]]) -> str:
    """A counter that grows by a share of the requests in each phase."""
    value, parts = 0.0, []
    for seconds, share in phases:
        step, many = share * _PER_STEP, seconds // STEP_S
        parts.append(f"{value:.6f}+{step:.6f}x{many - 1}")
        value += step * many
    return " ".join(parts)
