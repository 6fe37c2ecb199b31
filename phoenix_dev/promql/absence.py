"""What tells that there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.promql.nodes import RangeSelector, Selector
from phoenix_dev.promql.rows import Row
from phoenix_dev.promql.windows import spans_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Node
    from phoenix_dev.promql.rows import Vector


def absent(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """1 at each step at which there is no series."""
    there = [False] * len(evaluation.steps)
    for row in evaluation.vector(arguments[0]):
        there = [was or value is not None for was, value in zip(there, row.values, strict=True)]
    return _one_where_not(there, arguments[0])


def absent_over_time(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """1 at each step in whose window no series has a sample."""
    there = [False] * len(evaluation.steps)
    streams, ends, length_ms = evaluation.windows(arguments[0])
    for stream in streams:
        spans = spans_of(stream.times_ms, ends, length_ms)
        there = [was or first < end for was, (first, end) in zip(there, spans, strict=True)]
    return _one_where_not(there, arguments[0])


def _one_where_not(there: Sequence[bool], node: Node) -> Vector:
    return [] if all(there) else [Row(_labels(node), [None if one else 1.0 for one in there])]


def _labels(node: Node) -> dict[str, str]:
    """Those that a selector asks for by one equation each, and nothing else about them."""
    selector = node.selector if isinstance(node, RangeSelector) else node
    if not isinstance(selector, Selector):
        return {}
    labels: dict[str, str] = {}
    known: set[str] = set()
    for matcher in selector.matchers:
        if matcher.name == "__name__":
            continue
        if matcher.operator == "=" and matcher.name not in known:
            known.add(matcher.name)
            labels[matcher.name] = matcher.value
        else:
            labels.pop(matcher.name, None)
    return {name: value for name, value in labels.items() if value}
