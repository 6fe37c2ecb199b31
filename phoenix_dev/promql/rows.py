"""What expressions give while they are evaluated: values at each step, series by series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

#: Labels that say what a metric is: gone as soon as something is made of it (Prometheus, "metadata labels").
METADATA = frozenset(("__name__", "__type__", "__unit__"))

#: A number at each step.
Scalar = list[float]


@dataclass(frozen=True, slots=True)
class Row:
    """A series: a value at each step, None where it has none."""

    labels: Mapping[str, str]
    values: Sequence[float | None]


Vector = list[Row]


def same(labels: Mapping[str, str]) -> Hashable:
    """What two sets of labels have in common when they are the same."""
    return frozenset(labels.items())


def without_name(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels without those that say what a metric is."""
    return {name: value for name, value in labels.items() if name not in METADATA}


def united(rows: Iterable[Row]) -> Vector:
    """Rows of the same labels as one. Raises WrongExpression when two of them have a value at one step."""
    found: dict[Hashable, Row] = {}
    for row in rows:
        key = same(row.labels)
        found[key] = Row(row.labels, _merged(found[key].values, row.values)) if key in found else row
    return list(found.values())


def unnamed(rows: Sequence[Row]) -> Vector:
    """Rows without the labels that say what a metric is; what is the same then is one. See `united`."""
    names = {tuple(row.labels.get(name) for name in METADATA) for row in rows}
    bare = [Row(without_name(row.labels), row.values) for row in rows]
    return united(bare) if len(names) > 1 else bare


def _merged(one: Sequence[float | None], other: Sequence[float | None]) -> list[float | None]:
    if any(a is not None and b is not None for a, b in zip(one, other, strict=True)):
        raise twice()
    return [b if a is None else a for a, b in zip(one, other, strict=True)]


def twice() -> WrongExpression:
    """The error of an answer with two values for one series."""
    return WrongExpression(
        "two series of its answer have the same labels; sum by (…) or label_replace tells them apart"
    )
