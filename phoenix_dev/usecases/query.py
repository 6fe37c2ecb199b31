"""`metrics query`: an expression, evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.errors import UsageError
from phoenix_dev.model.series import Evaluated

if TYPE_CHECKING:
    from phoenix_dev.stores import Stores

#: Steps of a time that was given none, and the shortest step there is (nanoseconds).
_STEPS = 60
_SHORTEST_NS = 10**6


def evaluate(stores: Stores, expression: str, since_ns: int | None, step_ns: int | None, now_ns: int) -> Evaluated:
    """What an expression gives now, or from a time on up to now at every step.

    Raises UsageError for a wrong expression or step, and for a step without a time.
    """
    if since_ns is None:
        if step_ns is not None:
            raise UsageError("--step is the distance of values over a time", hint="phoenix-dev metrics query --help")
        return Evaluated(expression, now_ns, stores.metrics.query(expression, now_ns))
    if since_ns >= now_ns:
        raise UsageError("--since lies in the future", hint="phoenix-dev metrics query --help")
    step = max(_SHORTEST_NS, (now_ns - since_ns) // _STEPS) if step_ns is None else step_ns
    found = stores.metrics.query_range(expression, since_ns, now_ns, step)
    return Evaluated(expression, now_ns, found, since_ns, step)
