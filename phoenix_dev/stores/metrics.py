"""What a store of metrics promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from phoenix_dev.model.metric import MetricPoint
    from phoenix_dev.model.series import Exemplar, Series


@dataclass(frozen=True, slots=True)
class MetricCapabilities:
    """What a store can do beyond the promise; the default is the least."""

    as_sent: bool = False
    """Names, units and attributes are those that were sent, and times are exact.

    Otherwise names have `_` for dots and the unit at their end, units are empty, and times are in milliseconds.
    """


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """Which points to read. An empty string or None does not restrict; times are inclusive."""

    name: str = ""
    service: str = ""
    since_ns: int | None = None
    until_ns: int | None = None


class MetricStore(Protocol):
    """Metric points as they arrived, and what expressions of PromQL make of them. Every method raises NotReady when
    what keeps them cannot be reached or read.

    Expressions name series as Prometheus names what comes by OTLP (translation UnderscoreEscapingWithSuffixes), and
    mean what they mean in Prometheus 3: a sample counts for five minutes unless its series ended before, and a range
    excludes its beginning. One that is no PromQL, or cannot be evaluated, raises WrongExpression, a UsageError that
    tells where (stores/expressions.py); so does one with a function that a store does not know, naming it. Values may
    be NaN and infinite. Times are cut to whole milliseconds.
    """

    @property
    def capabilities(self) -> MetricCapabilities:
        """What this store can do beyond the promise."""
        ...

    def points(self, query: MetricQuery) -> tuple[MetricPoint, ...]:
        """The points that match, by time, then as they arrived."""
        ...

    def names(self) -> tuple[str, ...]:
        """The names of every metric kept, sorted."""
        ...

    def query(self, expression: str, at_ns: int) -> tuple[Series, ...]:
        """What an expression gives at a time (Unix nanoseconds): each series with its one sample at that time.

        A scalar is one series without labels. A range selector gives the samples in its range, at their own times. An
        expression that gives a text raises WrongExpression. By labels, but where the expression itself orders: sort and
        its like, topk, bottomk.
        """
        ...

    def query_range(self, expression: str, since_ns: int, until_ns: int, step_ns: int) -> tuple[Series, ...]:
        """What an expression gives at `since_ns` and at each step after it up to and including `until_ns`, by labels.

        A series has samples at the steps at which it has a value, at least one. Raises UsageError when `step_ns` is
        less than a millisecond, the end lies before the beginning, there are more than 11,000 steps after the first,
        and (as WrongExpression) when the expression gives neither a scalar nor an instant vector.
        """
        ...

    def exemplars(self, selector: str, since_ns: int, until_ns: int) -> tuple[Exemplar, ...]:
        """The exemplars with a trace of the series that an expression selects, by time; times are inclusive.

        `selector` is any expression: each selector in it counts, whatever is made of it (the exemplars of
        `rate(x_bucket[5m])` are those of `x_bucket`). What is made of a histogram has them at its buckets, of a counter
        at itself. Not every store keeps them long: Prometheus the newest 100,000, until it is started anew.
        """
        ...
