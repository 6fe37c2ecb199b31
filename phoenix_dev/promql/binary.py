"""Operators between numbers, between series and a number, and between series."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from phoenix_dev.promql.matching import matched
from phoenix_dev.promql.nodes import kind_of
from phoenix_dev.promql.numbers import divided, power, remainder
from phoenix_dev.promql.rows import Row, unnamed
from phoenix_dev.promql.sets import SET_OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Binary
    from phoenix_dev.promql.rows import Scalar, Vector

ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divided,
    "%": remainder,
    "^": power,
    "atan2": math.atan2,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def between_numbers(name: str, left: Scalar, right: Scalar) -> Scalar:
    """An operator between two numbers; a comparison gives 0 or 1."""
    if name in ARITHMETIC:
        return list(map(ARITHMETIC[name], left, right))
    return [float(holds) for holds in map(COMPARISONS[name], left, right)]


def binary(evaluation: Evaluation, node: Binary) -> Vector:
    """The series of an operator of whose sides at least one gives series."""
    left, right = kind_of(node.left), kind_of(node.right)
    if left == "scalar":
        return _with_numbers(evaluation.vector(node.right), node, evaluation.scalar(node.left), swapped=True)
    if right == "scalar":
        return _with_numbers(evaluation.vector(node.left), node, evaluation.scalar(node.right), swapped=False)
    sides = evaluation.vector(node.left), evaluation.vector(node.right)
    if node.operator in SET_OPERATORS:
        return SET_OPERATORS[node.operator](*sides, node.matching)
    makes_new = node.operator in ARITHMETIC or node.returns_bool
    return matched(*sides, node.matching, function_of(node), loses_name=makes_new)


def function_of(node: Binary) -> Callable[[float, float], float | None]:
    """What an operator makes of two values; None where a comparison leaves the left one out."""
    if node.operator in ARITHMETIC:
        return ARITHMETIC[node.operator]
    compare = COMPARISONS[node.operator]
    if node.returns_bool:
        return lambda left, right: float(compare(left, right))
    return lambda left, right: left if compare(left, right) else None


def _with_numbers(rows: Vector, node: Binary, numbers: Scalar, *, swapped: bool) -> Vector:
    """`swapped`: the number stands on the left; what a comparison keeps is the value of the series all the same."""
    function = function_of(node)
    filters = node.operator in COMPARISONS and not node.returns_bool
    if filters:
        compare = COMPARISONS[node.operator]

        def function(left: float, right: float) -> float | None:
            return (right if swapped else left) if compare(left, right) else None

    found: Vector = []
    for row in rows:
        pairs = zip(row.values, numbers, strict=True)
        if swapped:
            values = [None if value is None else function(number, value) for value, number in pairs]
        else:
            values = [None if value is None else function(value, number) for value, number in pairs]
        found.append(Row(row.labels, values))
    if filters:
        return [row for row in found if any(value is not None for value in row.values)]
    return unnamed(found)
