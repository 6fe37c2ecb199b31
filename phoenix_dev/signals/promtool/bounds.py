"""Tests of both sides of every bound and of every duration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.signals.promtool.case import STEP_S, Case, Check, Firing, Input
from phoenix_dev.signals.promtool.simulated import SIMULATIONS
from phoenix_dev.signals.rules import bound_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phoenix_dev.signals.indicator import Indicator, Level
    from phoenix_dev.signals.promtool.simulated import Simulation
    from phoenix_dev.signals.tuning import Tuning

#: How near to a bound that is no whole number a value comes.
_MARGIN = 0.01
#: How long a value on the good side of a bound goes on after its alert would have fired (seconds).
_LONGER_S = 300


def cases(indicator: Indicator, tuning: Tuning) -> Iterator[Case]:
    """Two tests a level: beyond its bound, seen before and after its duration and after all is over; and within it."""
    made = SIMULATIONS[indicator.name]
    for level in indicator.levels:
        bound = bound_of(indicator, level, tuning)
        fires_s = made.begins_s + level.for_s
        settled_s = max(fires_s, made.settles_s)
        over_s = settled_s + made.lingers_s + STEP_S
        beyond, within = _values(indicator, bound)
        seen = [_seen(indicator, tuning, beyond, at_s) for at_s in (fires_s - STEP_S, settled_s) if at_s >= 0]
        yield Case(
            f"{indicator.name} {level.severity}: {beyond:g} for {level.for_s} s, and then an end",
            _series(made.inputs(beyond), settled_s, silent_s=over_s - settled_s),
            (*seen, Check(over_s, indicator.alert)),
        )
        yield Case(
            f"{indicator.name} {level.severity}: {within:g} for as long as it likes",
            _series(made.inputs(within), fires_s + _LONGER_S),
            (_seen(indicator, tuning, within, fires_s + _LONGER_S),),
        )


def _values(indicator: Indicator, bound: float) -> tuple[float, float]:
    """A value beyond a bound, and one that is not: the bound itself where values are whole."""
    worse = 1.0 if indicator.above else -1.0
    if indicator.unit in ("ratio", "s", "bytes"):
        return bound * (1 + worse * _MARGIN), bound * (1 - worse * _MARGIN)
    return bound + worse, bound


def _seen(indicator: Indicator, tuning: Tuning, value: float, at_s: int) -> Check:
    made = SIMULATIONS[indicator.name]
    levels = [level for level in indicator.levels if _fires(indicator, level, tuning, value, at_s, made)]
    return Check(
        at_s,
        indicator.alert,
        tuple(Firing(level.severity, labels, value) for level in levels for labels in made.subjects(value)),
    )


def _fires(indicator: Indicator, level: Level, tuning: Tuning, value: float, at_s: int, made: Simulation) -> bool:
    bound = bound_of(indicator, level, tuning)
    beyond = value > bound if indicator.above else value < bound
    return beyond and at_s >= made.begins_s + level.for_s


def _series(inputs: tuple[Input, ...], until_s: int, *, silent_s: int = 0) -> Mapping[str, str]:
    return {one.series: one.values(until_s, silent_s) for one in inputs}
