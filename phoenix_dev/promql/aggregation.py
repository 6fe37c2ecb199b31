"""Series of one group taken together, step by step."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from phoenix_dev.promql.nodes import Text
from phoenix_dev.promql.numbers import highest, lowest, mean, number_text, quantile, total, variance
from phoenix_dev.promql.rows import Row
from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Aggregate
    from phoenix_dev.promql.rows import Vector

_MOST = 2.0**63


_OF_VALUES: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": total,
    "avg": mean,
    "count": lambda values: float(len(values)),
    "min": lowest,
    "max": highest,
    "group": lambda _: 1.0,
    "stdvar": variance,
    "stddev": lambda values: sqrt(variance(values)),
}


def aggregated(evaluation: Evaluation, node: Aggregate) -> Vector:
    """The series of an aggregation."""
    if node.operator == "count_values":
        assert isinstance(node.parameter, Text), "the parser takes nothing else for a text"
        return _counted_values(evaluation, node, node.parameter.value)
    parameters = [] if node.parameter is None else evaluation.scalar(node.parameter)
    rows = evaluation.vector(node.expression)
    groups = _groups(rows, node)
    if node.operator in ("topk", "bottomk"):
        return _extremes([rows for _, rows in groups], parameters, largest=node.operator == "topk")
    if node.operator == "quantile":
        return [Row(labels, _quantiles(rows, parameters)) for labels, rows in groups]
    function = _OF_VALUES[node.operator]
    return [
        Row(labels, [function(column) if column else None for column in columns_of(rows)]) for labels, rows in groups
    ]


def columns_of(rows: Sequence[Row]) -> list[list[float]]:
    """The values that there are at each step."""
    return [
        [value for value in column if value is not None] for column in zip(*(row.values for row in rows), strict=True)
    ]


def _groups(rows: Vector, node: Aggregate) -> list[tuple[dict[str, str], list[Row]]]:
    groups: dict[Hashable, tuple[dict[str, str], list[Row]]] = {}
    for row in rows:
        key = _key(row.labels, node)
        if key not in groups:
            groups[key] = (_labels(row.labels, node), [])
        groups[key][1].append(row)
    return list(groups.values())


def _key(labels: Mapping[str, str], node: Aggregate) -> Hashable:
    if node.without:
        return frozenset(_labels(labels, node).items())
    return tuple(labels.get(name, "") for name in node.labels)


def _labels(labels: Mapping[str, str], node: Aggregate) -> dict[str, str]:
    if node.without:
        return {name: value for name, value in labels.items() if name not in node.labels and name != "__name__"}
    return {name: labels[name] for name in node.labels if name in labels}


def _quantiles(rows: Sequence[Row], shares: Sequence[float]) -> list[float | None]:
    return [quantile(share, column) if column else None for share, column in zip(shares, columns_of(rows), strict=True)]


def _extremes(groups: Sequence[Sequence[Row]], numbers: Sequence[float], *, largest: bool) -> Vector:
    """Of each group the rows with the largest or smallest values at each step, so many; the first of them first."""
    if not numbers or max(numbers) < 1:
        return []
    if any(number != number or abs(number) >= _MOST for number in numbers):
        raise WrongExpression("how many series to take is no number that can be counted")
    found: Vector = []
    for rows in groups:
        chosen: dict[int, list[float | None]] = {}
        for step, number in enumerate(numbers):
            for place in _order(rows, step, largest=largest)[: max(0, int(number))]:
                chosen.setdefault(place, [None] * len(numbers))[step] = rows[place].values[step]
        found += [Row(rows[place].labels, values) for place, values in chosen.items()]
    return found


def _order(rows: Sequence[Row], step: int, *, largest: bool) -> list[int]:
    """The places of the rows with a value, NaN last."""
    values = [(place, value) for place, row in enumerate(rows) if (value := row.values[step]) is not None]
    sign = -1 if largest else 1
    values.sort(key=lambda one: (one[1] != one[1], sign * one[1] if one[1] == one[1] else 0))
    return [place for place, _ in values]


def _counted_values(evaluation: Evaluation, node: Aggregate, label: str) -> Vector:
    """How many series have each value, which stands in a label."""
    if not label:
        raise WrongExpression("a label without a name cannot be written")
    steps = len(evaluation.steps)
    counts: dict[Hashable, tuple[dict[str, str], list[float | None]]] = {}
    for row in evaluation.vector(node.expression):
        own = dict(row.labels)
        for step, value in enumerate(row.values):
            if value is not None:
                own[label] = number_text(value)
                labels = _with_value(own, node, label)
                key = frozenset(labels.items())
                if key not in counts:
                    evaluation.allowance.hold(len(counts) + 1, steps)
                    counts[key] = (labels, [None] * steps)
                _, counted = counts[key]
                counted[step] = (counted[step] or 0.0) + 1
    return [Row(labels, counted) for labels, counted in counts.values()]


def _with_value(labels: Mapping[str, str], node: Aggregate, label: str) -> dict[str, str]:
    kept = _labels(labels, node)
    return kept if node.without else {**kept, label: labels[label]}
