"""The evaluation of an expression at some steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.promql.aggregation import aggregated
from phoenix_dev.promql.allowance import Allowance
from phoenix_dev.promql.binary import between_numbers, binary
from phoenix_dev.promql.functions import scalar_function, vector_function
from phoenix_dev.promql.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Number,
    RangeSelector,
    Selector,
    Subquery,
    Text,
    kind_of,
)
from phoenix_dev.promql.rows import Row, unnamed
from phoenix_dev.promql.selection import instants, ranges, subquery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.promql.matchers import Matcher
    from phoenix_dev.promql.nodes import Node, When
    from phoenix_dev.promql.rows import Scalar, Vector
    from phoenix_dev.promql.source import SeriesSource, Stream


class Evaluation:
    """`steps`: the times (Unix milliseconds) to evaluate at; `query`: first and last time of the whole query, which are
    others for what is in a subquery.
    """

    def __init__(
        self, source: SeriesSource, steps: range, query: tuple[int, int], allowance: Allowance | None = None
    ) -> None:
        self.steps = steps
        self.allowance = allowance or Allowance()
        self._source = source
        self._query = query
        self._streams: dict[tuple[object, ...], Sequence[Stream]] = {}

    def at(self, steps: range) -> Evaluation:
        """The same for other steps: those of a subquery."""
        return Evaluation(self._source, steps, self._query, self.allowance)

    def times(self, when: When) -> Sequence[int]:
        """The time that a selector looks at, at each step."""
        if when.at is None:
            return [step - when.offset_ms for step in self.steps] if when.offset_ms else self.steps
        at = self._query[0 if when.at == "start" else 1] if isinstance(when.at, str) else when.at
        return [at - when.offset_ms] * len(self.steps)

    def streams(self, matchers: tuple[Matcher, ...], since_ms: int, until_ms: int) -> Sequence[Stream]:
        """Series as they are kept, asked for once."""
        key = (matchers, since_ms, until_ms)
        if key not in self._streams:
            found = list(self._source.select(matchers, since_ms, until_ms))
            self.allowance.hold(len(found), len(self.steps))
            self.allowance.read(sum(len(stream.times_ms) for stream in found))
            self._streams[key] = found
        return self._streams[key]

    def scalar(self, node: Node) -> Scalar:
        """The number that an expression gives at each step."""
        match node:
            case Number():
                return [node.value] * len(self.steps)
            case Negation():
                return [-value for value in self.scalar(node.expression)]
            case Binary():
                return between_numbers(node.operator, self.scalar(node.left), self.scalar(node.right))
            case Call():
                return scalar_function(self, node)
        raise AssertionError(f"{node} is no number: the parser lets none pass")

    def vector(self, node: Node) -> Vector:
        """The series that an expression gives."""
        rows = self._vector(node)
        self.allowance.go_on()
        self.allowance.hold(len(rows), len(self.steps))
        return rows

    def _vector(self, node: Node) -> Vector:
        match node:
            case Selector():
                return instants(self, node)
            case Negation():
                rows = self.vector(node.expression)
                return unnamed([Row(row.labels, [None if v is None else -v for v in row.values]) for row in rows])
            case Aggregate():
                return aggregated(self, node)
            case Binary():
                return binary(self, node)
            case Call():
                return vector_function(self, node)
        raise AssertionError(f"{node} gives no series: the parser lets none pass")

    def text(self, node: Node) -> str:
        """The text that an expression is."""
        assert isinstance(node, Text), "the parser takes nothing else for a text"
        return node.value

    def windows(self, node: Node) -> tuple[Sequence[Stream], Sequence[int], int]:
        """Series with their samples, the end of the window at each step, and how long the window is."""
        assert isinstance(node, RangeSelector | Subquery), "the parser takes nothing else for a range"
        return ranges(self, node) if isinstance(node, RangeSelector) else subquery(self, node)

    def rows(self, node: Node) -> Vector:
        """The series that an expression gives; a number is one without labels."""
        return [Row({}, self.scalar(node))] if kind_of(node) == "scalar" else self.vector(node)
