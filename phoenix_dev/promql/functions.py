"""Functions of numbers and of series at an instant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from phoenix_dev.promql.absence import absent, absent_over_time
from phoenix_dev.promql.dates import DATE_FUNCTIONS
from phoenix_dev.promql.histogram import histogram_quantile
from phoenix_dev.promql.nodes import Selector
from phoenix_dev.promql.numbers import divided, guarded, largest, smallest
from phoenix_dev.promql.relabel import label_join, label_replace
from phoenix_dev.promql.rows import Row, unnamed
from phoenix_dev.promql.selection import instants
from phoenix_dev.promql.windows import WINDOW_FUNCTIONS, over_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phoenix_dev.promql.evaluation import Evaluation
    from phoenix_dev.promql.nodes import Call, Node
    from phoenix_dev.promql.rows import Scalar, Vector


def _sign(value: float) -> float:
    return math.copysign(1, value) if value and value == value else value


_AT_ZERO = {0.0: -math.inf}
_OF_EACH: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": lambda value: float(math.ceil(value)) if math.isfinite(value) else value,
    "floor": lambda value: float(math.floor(value)) if math.isfinite(value) else value,
    "exp": guarded(math.exp),
    "sqrt": guarded(math.sqrt),
    "ln": guarded(math.log, _AT_ZERO),
    "log2": guarded(math.log2, _AT_ZERO),
    "log10": guarded(math.log10, _AT_ZERO),
    "sgn": _sign,
    "sin": guarded(math.sin),
    "cos": guarded(math.cos),
    "tan": guarded(math.tan),
    "asin": guarded(math.asin),
    "acos": guarded(math.acos),
    "atan": math.atan,
    "sinh": guarded(math.sinh),
    "cosh": guarded(math.cosh),
    "tanh": math.tanh,
    "asinh": math.asinh,
    "acosh": guarded(math.acosh),
    "atanh": guarded(math.atanh, {1.0: math.inf, -1.0: -math.inf}),
    "deg": lambda value: value * 180 / math.pi,
    "rad": lambda value: value * math.pi / 180,
}


def scalar_function(evaluation: Evaluation, call: Call) -> Scalar:
    """A function that gives a number at each step."""
    if call.name == "time":
        return [step / 1000 for step in evaluation.steps]
    if call.name == "pi":
        return [math.pi] * len(evaluation.steps)
    assert call.name == "scalar", "the parser knows no other function that gives numbers"
    columns = zip(*(row.values for row in evaluation.vector(call.arguments[0])), strict=True)
    found = [_only([value for value in column if value is not None]) for column in columns]
    return found or [math.nan] * len(evaluation.steps)


def _only(values: Sequence[float]) -> float:
    return values[0] if len(values) == 1 else math.nan


def vector_function(evaluation: Evaluation, call: Call) -> Vector:
    """A function that gives series."""
    if call.name in WINDOW_FUNCTIONS:
        return over_windows(evaluation, call)
    if call.name in _OF_EACH:
        return _of_each(evaluation.vector(call.arguments[0]), _OF_EACH[call.name])
    if call.name in DATE_FUNCTIONS:
        rows = evaluation.vector(call.arguments[0]) if call.arguments else [Row({}, _seconds(evaluation))]
        return _of_each(rows, DATE_FUNCTIONS[call.name])
    return _OTHERS[call.name](evaluation, call.arguments)


def _of_each(rows: Vector, function: Callable[[float], float]) -> Vector:
    return unnamed([Row(row.labels, [None if v is None else function(v) for v in row.values]) for row in rows])


def _seconds(evaluation: Evaluation) -> Scalar:
    return [float(step // 1000) for step in evaluation.steps]


def _vector(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    return [Row({}, evaluation.scalar(arguments[0]))]


def _timestamp(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """When the samples of a selector were taken; of everything else, the time of the step."""
    if isinstance(arguments[0], Selector):
        return unnamed(instants(evaluation, arguments[0], times=True))
    times = [step / 1000 for step in evaluation.steps]
    rows = evaluation.vector(arguments[0])
    return unnamed(
        [
            Row(row.labels, [None if v is None else time for v, time in zip(row.values, times, strict=True)])
            for row in rows
        ]
    )


def _round(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """To a multiple of something, halves upward."""
    to = evaluation.scalar(arguments[1]) if len(arguments) > 1 else [1.0] * len(evaluation.steps)
    inverses = [divided(1, one) for one in to]

    def rounded(value: float, inverse: float) -> float:
        raised = value * inverse + 0.5
        return divided(float(math.floor(raised)) if math.isfinite(raised) else raised, inverse)

    return _with_numbers(evaluation.vector(arguments[0]), rounded, inverses)


def _with_numbers(rows: Vector, function: Callable[[float, float], float], numbers: Scalar) -> Vector:
    return unnamed(
        [
            Row(row.labels, [None if v is None else function(v, n) for v, n in zip(row.values, numbers, strict=True)])
            for row in rows
        ]
    )


def _clamp_min(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    return _with_numbers(evaluation.vector(arguments[0]), largest, evaluation.scalar(arguments[1]))


def _clamp_max(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    return _with_numbers(evaluation.vector(arguments[0]), smallest, evaluation.scalar(arguments[1]))


def _clamp(evaluation: Evaluation, arguments: Sequence[Node]) -> Vector:
    """Between two numbers; nothing at steps at which the lower one is above the other."""
    rows = evaluation.vector(arguments[0])
    bounds = list(zip(evaluation.scalar(arguments[1]), evaluation.scalar(arguments[2]), strict=True))

    def clamped(value: float | None, bound: tuple[float, float]) -> float | None:
        low, high = bound
        return None if value is None or high < low else largest(low, smallest(high, value))

    return unnamed([Row(row.labels, list(map(clamped, row.values, bounds))) for row in rows])


def _sorted(evaluation: Evaluation, arguments: Sequence[Node], *, descending: bool) -> Vector:
    """By value, NaN last; where there are several steps, there is no order."""
    rows = evaluation.vector(arguments[0])
    if len(evaluation.steps) > 1:
        return rows

    def key(row: Row) -> tuple[bool, float]:
        value = row.values[0]
        return (True, 0) if value is None or value != value else (False, -value if descending else value)

    return sorted(rows, key=key)


#: Those that are evaluated in their own way, by name.
_OTHERS: dict[str, Callable[[Evaluation, Sequence[Node]], Vector]] = {
    "vector": _vector,
    "timestamp": _timestamp,
    "round": _round,
    "clamp": _clamp,
    "clamp_min": _clamp_min,
    "clamp_max": _clamp_max,
    "sort": lambda evaluation, arguments: _sorted(evaluation, arguments, descending=False),
    "sort_desc": lambda evaluation, arguments: _sorted(evaluation, arguments, descending=True),
    "absent": absent,
    "absent_over_time": absent_over_time,
    "histogram_quantile": histogram_quantile,
    "label_replace": label_replace,
    "label_join": label_join,
}
#: Every function that is known.
FUNCTIONS = frozenset(("time", "pi", "scalar", *WINDOW_FUNCTIONS, *_OF_EACH, *DATE_FUNCTIONS, *_OTHERS))
