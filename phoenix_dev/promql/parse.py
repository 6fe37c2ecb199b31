"""Texts → expressions. The syntax is that of the package promql-parser; what its tree has and we do not evaluate is
refused by name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import promql_parser as parser

from phoenix_dev.promql.functions import FUNCTIONS
from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.promql.nodes import (
    Aggregate,
    Binary,
    Call,
    Matching,
    Negation,
    Number,
    RangeSelector,
    Selector,
    Subquery,
    Text,
    When,
)
from phoenix_dev.promql.tokens import line_and_column, place_of_error, refuse_what_breaks_the_parser, tokens_of
from phoenix_dev.stores.expressions import WrongExpression, too_deep

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from phoenix_dev.promql.matchers import MatchOperator
    from phoenix_dev.promql.nodes import Cardinality, Kind, Node

_Name = TypeVar("_Name", bound=str)
_AGGREGATES = frozenset(
    ("sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values")
)
_OPERATORS: tuple[tuple[Any, MatchOperator], ...] = (
    (parser.MatchOp.Equal, "="),
    (parser.MatchOp.NotEqual, "!="),
    (parser.MatchOp.Re, "=~"),
    (parser.MatchOp.NotRe, "!~"),
)
_KINDS: tuple[tuple[Any, Kind], ...] = (
    (parser.ValueType.Scalar, "scalar"),
    (parser.ValueType.Vector, "vector"),
)
_CARDINALITIES: tuple[tuple[Any, Cardinality], ...] = (
    (parser.VectorMatchCardinality.OneToOne, "one to one"),
    (parser.VectorMatchCardinality.ManyToOne, "many to one"),
    (parser.VectorMatchCardinality.OneToMany, "one to many"),
    (parser.VectorMatchCardinality.ManyToMany, "many to many"),
)
_SAYS_NOTHING = "invalid promql query"


@lru_cache(maxsize=512)
def parsed(expression: str) -> Node:
    """An expression taken apart. Raises WrongExpression, which says where."""
    refuse_what_breaks_the_parser(expression)
    try:
        tree = parser.parse(expression)
    except ValueError as exc:
        raise _wrong(expression, str(exc)) from exc
    try:
        return _node(tree)
    except RecursionError as exc:
        raise too_deep() from exc
    except (OverflowError, ValueError) as exc:
        raise WrongExpression(f"it has a time that is none: {exc}") from exc


def _wrong(expression: str, said: str) -> WrongExpression:
    place = place_of_error(expression, said, parser.parse)
    if said == _SAYS_NOTHING:
        found = next((token.text for token in tokens_of(expression) if token.start == place), "")
        said = f"unexpected {found}" if found else "unexpected end"
    return WrongExpression(said, *line_and_column(expression, place))


def _unknown(what: str) -> WrongExpression:
    return WrongExpression(f"the embedded runtime does not know {what}")


def _named(names: Iterable[tuple[Any, _Name]], value: object) -> _Name:
    """Our name of one of the parser's values, which are no keys of a dictionary."""
    return next(name for one, name in names if one == value)


def _node(tree: Any) -> Node:
    match tree:
        case parser.NumberLiteral():
            return Number(tree.val)
        case parser.StringLiteral():
            return Text(tree.val)
        case parser.ParenExpr():
            return _node(tree.expr)
        case parser.UnaryExpr():
            return Negation(_node(tree.expr))
        case parser.VectorSelector():
            return _selector(tree)
        case parser.MatrixSelector():
            return RangeSelector(_selector(tree.vector_selector), _milliseconds(tree.range))
        case parser.SubqueryExpr():
            return Subquery(_node(tree.expr), _milliseconds(tree.range), _milliseconds(tree.step), _when(tree))
        case parser.Call():
            return _call(tree)
        case parser.AggregateExpr():
            return _aggregate(tree)
        case parser.BinaryExpr():
            return _binary(tree)
    raise _unknown(type(tree).__name__)


def _selector(tree: parser.VectorSelector) -> Selector:
    if tree.matchers.or_matchers:
        raise _unknown("or between the conditions of a selector")
    matchers = [Matcher(one.name, _named(_OPERATORS, one.op), one.value) for one in tree.matchers.matchers]
    if tree.name is not None:
        matchers.insert(0, Matcher("__name__", "=", tree.name))
    return Selector(tuple(matchers), _when(tree))


def _when(tree: parser.VectorSelector | parser.SubqueryExpr) -> When:
    at: int | Literal["start", "end"] | None = None
    if tree.at is not None:
        if tree.at.type == parser.AtModifierType.At:
            at = _unix_milliseconds(tree.at.at)
        else:
            at = "start" if tree.at.type == parser.AtModifierType.Start else "end"
    return When(_milliseconds(tree.offset), at)


def _milliseconds(duration: timedelta | None) -> int:
    if duration is None:
        return 0
    return (duration.days * 86400 + duration.seconds) * 1000 + duration.microseconds // 1000


def _unix_milliseconds(time: datetime | None) -> int:
    assert time is not None, "@ has a time where it names neither start nor end"
    return round(time.timestamp() * 1000)


def _call(tree: parser.Call) -> Call:
    name = tree.func.name
    if name not in FUNCTIONS:
        raise _unknown(f"the function {name}")
    arguments = tuple(_node(argument) for argument in tree.args)
    return Call(name, arguments, _named(_KINDS, tree.func.return_type))


def _aggregate(tree: parser.AggregateExpr) -> Aggregate:
    operator = str(tree.op)
    if operator not in _AGGREGATES:
        raise _unknown(f"the aggregation {operator}")
    labels = () if tree.modifier is None else tuple(sorted(tree.modifier.labels))
    without = tree.modifier is not None and tree.modifier.type == parser.AggModifierType.Without
    parameter = None if tree.param is None else _node(tree.param)
    return Aggregate(operator, _node(tree.expr), parameter, labels, bool(without))


def _binary(tree: parser.BinaryExpr) -> Binary:
    operator, modifier = str(tree.op), tree.modifier
    left, right = _node(tree.lhs), _node(tree.rhs)
    if modifier is None:
        return Binary(operator, left, right)
    if modifier.fill_values.lhs is not None or modifier.fill_values.rhs is not None:
        raise _unknown("fill")
    labels = () if modifier.matching is None else tuple(modifier.matching.labels)
    on = modifier.matching is not None and modifier.matching.type == parser.LabelModifierType.Include
    matching = Matching(labels, bool(on), _named(_CARDINALITIES, modifier.card), tuple(modifier.group_labels or ()))
    return Binary(operator, left, right, modifier.return_bool, matching)
