"""When each request of a plan is due."""

from __future__ import annotations

from itertools import count, takewhile
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.model.load import LoadPlan


def arrivals(plan: LoadPlan) -> Iterator[float]:
    """Seconds since the begin, in order, all before the plan's end; the same for the same plan."""
    times = _poisson(plan) if plan.arrivals == "poisson" else (number / plan.rate for number in count())
    return takewhile(lambda due: due < plan.duration_s, times)


def _poisson(plan: LoadPlan) -> Iterator[float]:
    """Users that know nothing of each other: the times between them are distributed exponentially."""
    dice, due = Random(f"phoenix-load/{plan.seed}"), 0.0  # noqa: S311 - reproducible on purpose, no secret
    while True:
        due += dice.expovariate(plan.rate)
        yield due
