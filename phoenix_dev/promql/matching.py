"""Which series of two sides belong together, and what their labels are then."""

from __future__ import annotations

from operator import and_
from typing import TYPE_CHECKING

from phoenix_dev.promql.rows import Row, same, twice, without_name
from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from phoenix_dev.promql.nodes import Matching
    from phoenix_dev.promql.rows import Vector

#: Two rows that match, and which labels their result has.
_Pair = tuple[Row, Row]


def signature_of(matching: Matching) -> Callable[[Mapping[str, str]], Hashable]:
    """What labels that belong together have in common."""
    if matching.on:
        return lambda labels: tuple(labels.get(name, "") for name in matching.labels)
    ignored = frozenset((*matching.labels, "__name__"))
    return lambda labels: frozenset(pair for pair in labels.items() if pair[0] not in ignored)


def by_signature(rows: Iterable[Row], matching: Matching) -> dict[Hashable, list[Row]]:
    """Rows in groups that belong together."""
    signature = signature_of(matching)
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(signature(row.labels), []).append(row)
    return groups


def matched(
    left: Vector,
    right: Vector,
    matching: Matching,
    function: Callable[[float, float], float | None],
    *,
    loses_name: bool,
) -> Vector:
    """What an operator makes of series that belong together. Raises WrongExpression where more of them do, at one step,
    than its modifiers allow.
    """
    swapped = matching.cardinality == "one to many"
    many, one = (right, left) if swapped else (left, right)
    ones = by_signature(one, matching)
    _refuse_several_ones(ones.values(), many, swapped=swapped)
    found: dict[Hashable, tuple[Row, list[_Pair]]] = {}
    for signature, of_many in by_signature(many, matching).items():
        of_one = ones.get(signature, [])
        if of_one and matching.cardinality == "one to one":
            _refuse_several(of_many, of_one)
        for a in of_many:
            for b in of_one:
                labels = _labels(a.labels, b.labels, matching, loses_name=loses_name)
                values = _combined(*((b, a) if swapped else (a, b)), function)
                _put(found, Row(labels, values), (a, b))
    return [row for row, _ in found.values() if any(value is not None for value in row.values)]


def _combined(left: Row, right: Row, function: Callable[[float, float], float | None]) -> list[float | None]:
    return [None if a is None or b is None else function(a, b) for a, b in zip(left.values, right.values, strict=True)]


def _labels(many: Mapping[str, str], one: Mapping[str, str], matching: Matching, *, loses_name: bool) -> dict[str, str]:
    labels = without_name(many) if loses_name else dict(many)
    if matching.cardinality == "one to one":
        kept = matching.labels if matching.on else labels.keys() - set(matching.labels)
        labels = {name: value for name, value in labels.items() if name in kept}
    for name in matching.included:
        if value := one.get(name, ""):
            labels[name] = value
        else:
            labels.pop(name, None)
    return labels


def _put(found: dict[Hashable, tuple[Row, list[_Pair]]], row: Row, pair: _Pair) -> None:
    """A row beside those before it; two of the same labels must not have matched at one step."""
    key = same(row.labels)
    if key not in found:
        found[key] = (row, [pair])
        return
    before, pairs = found[key]
    if any(_meet((*pair, *other)) for other in pairs):
        raise twice()
    values = [b if a is None else a for a, b in zip(before.values, row.values, strict=True)]
    found[key] = (Row(row.labels, values), [*pairs, pair])


def _meet(rows: Sequence[Row]) -> bool:
    """Whether all rows have a value at one step."""
    return any(None not in column for column in zip(*(row.values for row in rows), strict=True))


def _refuse_several(of_many: Sequence[Row], of_one: Sequence[Row]) -> None:
    if len(of_many) > 1 and any(map(and_, several(of_many), present(of_one))):
        raise WrongExpression(
            "several series on its left belong to one on its right: on(…) group_left says that they may"
        )


def _refuse_several_ones(ones: Iterable[Sequence[Row]], many: Vector, *, swapped: bool) -> None:
    """On the side of which one is allowed, several are refused at any step at which the other side has a value."""
    for rows in ones:
        if len(rows) > 1 and any(map(and_, several(rows), present(many))):
            side = "left" if swapped else "right"
            raise WrongExpression(
                f"several series on its {side} belong together, of which one may: on(…) tells them apart"
            )


def present(rows: Sequence[Row]) -> list[bool]:
    """At which steps there is any value."""
    return [any(value is not None for value in column) for column in zip(*(row.values for row in rows), strict=True)]


def several(rows: Sequence[Row]) -> list[bool]:
    """At which steps there is more than one value."""
    return [
        sum(value is not None for value in column) > 1 for column in zip(*(row.values for row in rows), strict=True)
    ]
