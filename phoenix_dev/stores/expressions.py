"""What every store of metrics holds an expression of PromQL to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from phoenix_dev.model.series import Series

#: A range query of more steps is refused (as by Prometheus, which counts those after the first).
MOST_STEPS = 11_000
MS = 10**6
_LAST_MS = 2**63 // MS
_ORDERS_ITSELF = re.compile(r"\s*(sort\w*|topk|bottomk)\b", re.IGNORECASE)


class WrongExpression(UsageError):
    """An expression that is no PromQL, or cannot be evaluated.

    `line` and `column` say where in it, counted from 1, in characters; both 0 where that is not known.
    """

    def __init__(self, what: str, line: int = 0, column: int = 0) -> None:
        at = f" at {line}:{column}" if line else ""
        super().__init__(f"the expression is wrong{at}: {what}", hint="phoenix-dev metrics query --help")
        self.line = line
        self.column = column


def too_deep() -> WrongExpression:
    """The error of an expression that ends the stack."""
    return WrongExpression("it has too many parts within one another")


def millisecond(time_ns: int) -> int:
    """A time (Unix nanoseconds) in the milliseconds that PromQL counts in, cut; what is before 1970 becomes 1970, and
    what is after 2262 that.
    """
    return max(0, min(time_ns // MS, _LAST_MS))


def steps_of(since_ns: int, until_ns: int, step_ns: int) -> range:
    """The times of a range query in Unix milliseconds: from the first on, as many steps as there are up to the last.

    Raises UsageError when a step is shorter than a millisecond, the end lies before the beginning, or there are more
    than MOST_STEPS after the first.
    """
    first, last, step = millisecond(since_ns), millisecond(until_ns), step_ns // MS
    if step < 1:
        raise _wrong_range("its step is shorter than 1 ms")
    if last < first:
        raise _wrong_range("it ends before it begins")
    if (last - first) // step > MOST_STEPS:
        raise _wrong_range(f"it has {(last - first) // step:,} steps, which is more than {MOST_STEPS:,}")
    return range(first, last + 1, step)


def orders_itself(expression: str) -> bool:
    """Whether the order of an instant query's answer is the expression's own: sort and its like, topk, bottomk."""
    return _ORDERS_ITSELF.match(expression) is not None


def by_labels(series: Series) -> list[tuple[str, str]]:
    """The key of an order by labels."""
    return sorted(series.labels.items())


def _wrong_range(what: str) -> UsageError:
    return UsageError(f"the time range of the query cannot be taken: {what}", hint="phoenix-dev metrics query --help")
